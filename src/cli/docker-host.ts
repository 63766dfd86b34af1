/** Flag and variables → where the Docker daemon is. The flag wins, then what other Docker programs read: `DOCKER_HOST` and its certificates. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { endpointOf } from '../source/docker/endpoint.ts'
import type { DockerHost } from '../source/docker/source-options.ts'

const DEFAULT_ADDRESS = 'unix:///var/run/docker.sock'

type Environment = Readonly<Record<string, string | undefined>>

/** `flag`: empty is as good as not there. */
export function dockerHostOf(flag: string | undefined, environment: Environment = process.env): DockerHost {
  const { DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = environment
  const certFolder = DOCKER_CERT_PATH || (DOCKER_TLS_VERIFY ? join(homedir(), '.docker') : undefined)
  return { address: flag || DOCKER_HOST || DEFAULT_ADDRESS, certFolder }
}

/** What is wrong with the flag, in words. */
export function dockerHostProblem(flag: string | undefined): string | undefined {
  if (flag === undefined || flag === '') return undefined
  const found = endpointOf(dockerHostOf(flag))
  return 'problem' in found ? `--docker.host "${flag}": ${found.problem}\n` : undefined
}
