/** Programs that read config/deploy and that a machine need not have: which are there, and why one that is there will not do. */
import { spawnSync } from 'node:child_process'

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export function run(command: string, ...args: readonly string[]): Ran {
  return spawnSync(command, args, { encoding: 'utf8' })
}

/** kubectl with a kustomize that knows components: since 1.21. */
export function whyNoKubectl(): string | undefined {
  const { status, stdout } = run('kubectl', 'version', '--client', '--output=json')
  if (status !== 0) return 'no kubectl'
  const { major, minor } = (JSON.parse(stdout) as { clientVersion: { major: string; minor: string } }).clientVersion
  return Number(major) === 1 && Number.parseInt(minor, 10) < 21 ? `kubectl ${major}.${minor} knows no components` : undefined
}

/** The plugin of docker, or the program of before. */
export function composeCommand(): string | undefined {
  return ['docker compose', 'docker-compose'].find((command) => run('sh', '-c', `${command} version`).status === 0)
}
