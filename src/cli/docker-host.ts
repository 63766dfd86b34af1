/** Flag and variables → where the Docker daemon is. The flag wins, then what other Docker programs read: `DOCKER_HOST` and its certificates. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DockerHost } from '../source/docker/source-options.ts'

const DEFAULT_ADDRESS = 'unix:///var/run/docker.sock'
const KNOWN = /^(?:unix:\/\/\/.|(?:tcp|https?):\/\/[^/])/

type Environment = Readonly<Record<string, string | undefined>>

/** `flag`: empty is as good as not there. */
export function dockerHostOf(flag: string | undefined, environment: Environment = process.env): DockerHost {
  const { DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = environment
  const certFolder = DOCKER_CERT_PATH || (DOCKER_TLS_VERIFY ? join(homedir(), '.docker') : undefined)
  return { address: flag || DOCKER_HOST || DEFAULT_ADDRESS, certFolder }
}

/** What is wrong with the flag, in words. */
export function dockerHostProblem(flag: string | undefined): string | undefined {
  if (flag === undefined || flag === '' || KNOWN.test(flag)) return undefined
  return `--docker.host "${flag}": expected unix:///path/of/docker.sock, tcp://host:2376 or https://host:2376\n`
}
