/**
 * A Docker daemon of the test's own: own socket, data and process numbers, in a network namespace of its own, so that it neither sees nor
 * touches a daemon, a bridge or a firewall of the machine. It ends with its first process, and all its containers with it.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './workbench.ts'

const LARGE_OUTPUT_BYTES = 64 * 1024 * 1024
/** With `--bridge=none` a container has the daemon's network or none. */
const FLAGS = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--log-level=warn']

export class Dockerd {
  readonly folder = mkdtempSync(join(tmpdir(), 'agentlog-dockerd-'))
  readonly #wrapper: ChildProcess
  #network: ChildProcess | undefined
  #log = ''

  private constructor() {
    const at = (name: string): string => join(this.folder, name)
    const flags = [
      '--host',
      `unix://${at('docker.sock')}`,
      '--data-root',
      at('data'),
      '--exec-root',
      at('exec'),
      '--pidfile',
      at('pid'),
    ]
    const script = `ip link set lo up && exec dockerd ${[...flags, ...FLAGS].join(' ')}`
    const spaces = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child']
    this.#wrapper = spawn('unshare', [...spaces, 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#wrapper.stdout, this.#wrapper.stderr]) stream?.on('data', (text) => (this.#log += text))
  }

  static async start(): Promise<Dockerd> {
    const daemon = new Dockerd()
    try {
      await until('dockerd', () => {
        if (daemon.#wrapper.exitCode !== null) throw new Error(`dockerd ended: ${daemon.#log}`)
        return daemon.try('version').status === 0 ? true : undefined
      })
    } catch (error) {
      await daemon.stop()
      throw new Error(`${(error as Error).message}\n${daemon.#log}`, { cause: error })
    }
    return daemon
  }

  /** Lets what runs in the daemon's network reach what this machine reaches, by user-mode networking: no route or firewall changes. */
  async connectToOutside(): Promise<void> {
    this.#network = spawn('slirp4netns', ['--configure', '--mtu=1400', String(this.#innerPid), 'tap0'], { stdio: 'ignore' })
    await until('a way out of the network namespace', () =>
      /tap0/.test(this.inNetwork('cat', '/proc/net/route')) ? true : undefined,
    )
  }

  docker(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.try(...args)
    if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${status}\n${stdout}${stderr}`)
    return stdout
  }

  try(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    // The legacy builder: no BuildKit is asked for.
    const env = { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_HOST: `unix://${join(this.folder, 'docker.sock')}` }
    return spawnSync('docker', args, { env, encoding: 'utf8', maxBuffer: LARGE_OUTPUT_BYTES })
  }

  /** An image of one layer: the content of a folder. */
  import(folder: string, name: string, ...changes: readonly string[]): void {
    const archive = join(this.folder, `${name.replace(/\W/g, '-')}.tar`)
    execFileSync('tar', ['-C', folder, '-cf', archive, '.'])
    this.docker('import', ...changes.flatMap((change) => ['--change', change]), archive, name)
    rmSync(archive)
  }

  /** Runs a program of this machine in the daemon's network: what containers serve there is on its loopback. */
  inNetwork(...command: readonly string[]): string {
    return execFileSync('nsenter', [`--net=/proc/${this.#innerPid}/ns/net`, ...command], { encoding: 'utf8' })
  }

  async stop(): Promise<void> {
    this.#network?.kill()
    const ended = new Promise((done) => this.#wrapper.once('close', done))
    if (this.#wrapper.exitCode === null && this.#wrapper.signalCode === null) {
      // The first process of a space of process numbers takes all others with it.
      process.kill(this.#innerPid, 'SIGKILL')
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }

  get #innerPid(): number {
    const children = readFileSync(`/proc/${this.#wrapper.pid}/task/${this.#wrapper.pid}/children`, 'utf8')
    return Number(children.trim().split(' ')[0]) || this.#wrapper.pid!
  }
}

/** A folder with programs of this machine and the libraries that they need. */
export function rootOf(folder: string, programs: Readonly<Record<string, string>>): void {
  for (const [at, program] of Object.entries(programs)) {
    copy(program, join(folder, at))
    const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
    for (const [library] of stdout.matchAll(/\/\S+/g)) copy(library, join(folder, library))
  }
  for (const name of ['tmp', 'etc', 'proc', 'sys', 'dev']) mkdirSync(join(folder, name), { recursive: true })
}

export function copy(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true })
  execFileSync('cp', ['-rL', from, to])
}
