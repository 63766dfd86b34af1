/**
 * A Docker daemon of the test's own: own socket, data and process numbers, in a network namespace of its own, so that it neither sees nor
 * touches a daemon, a bridge or a firewall of the machine. The daemon may end and come back while its namespaces, and with live-restore its
 * containers, go on; all of them end with the first process of these namespaces.
 */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isMissing, until } from './workbench.ts'

const LARGE_OUTPUT_BYTES = 512 * 1024 * 1024
/** With `--bridge=none` a container has the daemon's network or none. */
const FLAGS = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--log-level=warn']

/** Namespaces, with a first process that buries the orphans of the others, and ends when nobody holds its input: with the test, however that ends. */
const SPACES = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child']
const FIRST = 'ip link set lo up && echo up && exec 3<&0 && { cat <&3 >/dev/null & wait $!; }'

/** Whether no daemon can be started here. With CI=true that is a failure, not a skip. */
export function cannotDock(...programs: readonly string[]): boolean {
  const cannot = isMissing('dockerd', 'docker', 'ip', 'unshare', 'nsenter', ...programs) || process.getuid?.() !== 0
  if (cannot && process.env.CI === 'true') throw new Error('only root can start a Docker daemon')
  return cannot
}

export class Dockerd {
  readonly folder = mkdtempSync(join(tmpdir(), 'agentlog-dockerd-'))
  readonly socket = join(this.folder, 'docker.sock')
  /** Where the daemon keeps the logs of its containers. */
  readonly containers = join(this.folder, 'data/containers')
  readonly #wrapper: ChildProcess
  #daemon: ChildProcess | undefined
  #network: ChildProcess | undefined
  #isUp = false
  #log = ''

  private constructor() {
    this.#wrapper = spawn('unshare', [...SPACES, 'sh', '-c', FIRST], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#wrapper.stdout?.once('data', () => (this.#isUp = true))
    this.#wrapper.stderr?.on('data', (text) => (this.#log += text))
  }

  /** `flags`: further ones of the daemon. */
  static async start(...flags: readonly string[]): Promise<Dockerd> {
    const daemon = new Dockerd()
    try {
      await until('namespaces', () => {
        if (daemon.#wrapper.exitCode !== null) throw new Error(`unshare ended: ${daemon.#log}`)
        return daemon.#isUp || undefined
      })
      await daemon.startDaemon(...flags)
    } catch (error) {
      await daemon.stop()
      throw error
    }
    return daemon
  }

  /** The daemon on the data that is there, after it was ended. */
  async startDaemon(...flags: readonly string[]): Promise<void> {
    const at = (name: string): string => join(this.folder, name)
    const own = ['--host', `unix://${this.socket}`, '--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')]
    const daemon = spawn('nsenter', [...this.#entering, 'dockerd', ...own, ...FLAGS, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#daemon = daemon
    for (const stream of [daemon.stdout, daemon.stderr]) stream?.on('data', (text) => (this.#log += text))
    await until('dockerd', () => {
      if (daemon.exitCode !== null) throw new Error(`dockerd ended: ${this.#log}`)
      return this.try('version').status === 0 ? true : undefined
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#log}`, { cause: error })
    })
  }

  /** Ends the daemon alone. What its containers do then is up to its flags. */
  async endDaemon(signal: 'TERM' | 'KILL'): Promise<void> {
    const ended = new Promise((done) => this.#daemon!.once('close', done))
    // By its number among the daemon's own processes: it can be nobody else's.
    const pid = readFileSync(join(this.folder, 'pid'), 'utf8').trim()
    execFileSync('nsenter', [...this.#entering, 'kill', `-${signal}`, pid])
    await ended
  }

  /** What the daemon and its namespaces said. */
  get log(): string {
    return this.#log
  }

  get #entering(): string[] {
    return ['--target', String(this.#innerPid), '--net', '--mount', '--pid']
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
    return spawnSync('docker', args, { env: this.#env, encoding: 'utf8', maxBuffer: LARGE_OUTPUT_BYTES })
  }

  /** As `docker`, while this process goes on serving. */
  async meanwhile(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    return promisify(execFile)('docker', args, { env: this.#env, encoding: 'utf8', maxBuffer: LARGE_OUTPUT_BYTES })
  }

  /** The legacy builder: no BuildKit is asked for. */
  get #env(): NodeJS.ProcessEnv {
    return { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_HOST: `unix://${this.socket}` }
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
