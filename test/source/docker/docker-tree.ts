/** The folder of a daemon's containers, as dockerd makes and changes it: descriptions by renaming, logs of json-file with its rotations. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What a container's environment holds, and nobody may see. */
export const SECRET = 'hunter2-of-the-environment'

export interface Described {
  readonly name: string
  readonly image?: string
  readonly labels?: Readonly<Record<string, string>>
  /** `json-file` unless told. */
  readonly driver?: string
  readonly wasStarted?: boolean
}

export function idOf(digits: string): string {
  return digits.repeat(64).slice(0, 64)
}

export class DockerTree {
  readonly base = mkdtempSync(join(tmpdir(), 'agentlog-docker-'))
  readonly root = join(this.base, 'containers')
  /** Of every text that is written. */
  beginning = ''

  constructor() {
    mkdirSync(this.root)
  }

  log(id: string, generation = ''): string {
    return join(this.root, id, `${id}-json.log${generation}`)
  }

  config(id: string): string {
    return join(this.root, id, 'config.v2.json')
  }

  /** As dockerd writes it: the description names no driver, but only json-file has a path. */
  describe(id: string, { name, image = 'agent:1', labels = {}, driver = 'json-file', wasStarted = true }: Described): void {
    const text = JSON.stringify({
      State: { Running: wasStarted, StartedAt: wasStarted ? '2026-11-21T10:00:00.1Z' : '0001-01-01T00:00:00Z' },
      ID: id,
      Config: { Env: [`TOKEN=${SECRET}`], Image: image, Labels: labels, Tty: false },
      LogPath: wasStarted && driver === 'json-file' ? `/var/lib/docker/containers/${id}/${id}-json.log` : '',
      Name: `/${name}`,
    })
    writeFileSync(`${this.config(id)}.tmp`, text)
    renameSync(`${this.config(id)}.tmp`, this.config(id))
  }

  create(id: string, described: Described): void {
    mkdirSync(join(this.root, id))
    this.describe(id, described)
    if ((described.driver ?? 'json-file') === 'json-file' && described.wasStarted !== false) writeFileSync(this.log(id), '')
  }

  write(id: string, ...texts: readonly string[]): void {
    appendFileSync(this.log(id), texts.map((text) => recordOf(text, this.beginning)).join(''))
  }

  /** `max-file` generations, the live log included; with one the log is unlinked and begun anew. */
  rotate(id: string, maxFiles: number): void {
    if (maxFiles === 1) unlinkSync(this.log(id))
    else {
      rmSync(this.log(id, `.${maxFiles - 1}`), { force: true })
      for (let i = maxFiles - 2; i > 0; i--) {
        if (existsSync(this.log(id, `.${i}`))) renameSync(this.log(id, `.${i}`), this.log(id, `.${i + 1}`))
        if (existsSync(this.log(id, `.${i}.gz`))) renameSync(this.log(id, `.${i}.gz`), this.log(id, `.${i + 1}.gz`))
      }
      renameSync(this.log(id), this.log(id, '.1'))
    }
    writeFileSync(this.log(id), '')
  }

  /** What `compress` does beside the work, some time after a rotation. */
  compress(id: string): void {
    writeFileSync(this.log(id, '.1.gz'), gzipSync(readFileSync(this.log(id, '.1'))))
    unlinkSync(this.log(id, '.1'))
  }

  remove(id: string): void {
    rmSync(join(this.root, id), { recursive: true })
  }

  destroy(): void {
    rmSync(this.base, { recursive: true, force: true })
  }
}

function recordOf(text: string, beginning: string): string {
  const stream = text.startsWith('!') ? 'stderr' : 'stdout'
  return `${JSON.stringify({ log: `${beginning}${text}\n`, stream, time: '2026-11-21T10:00:00.123456789Z' })}\n`
}

/** The text of a record that was delivered. */
export function textOf(line: string): string {
  return (JSON.parse(line) as { log: string }).log.replace(/\n$/, '')
}
