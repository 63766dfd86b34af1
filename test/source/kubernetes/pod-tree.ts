/** The logs of a node's pods, as the kubelet and a runtime make, rotate and remove them. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface PodName {
  readonly namespace: string
  readonly pod: string
  readonly uid: string
  readonly container: string
}

export class PodTree {
  readonly base = mkdtempSync(join(tmpdir(), 'agentlog-pods-'))
  readonly pods = join(this.base, 'pods')
  readonly links = join(this.base, 'containers')
  readonly docker = join(this.base, 'docker')
  #rotations = 0

  constructor() {
    for (const folder of [this.pods, this.links, this.docker]) mkdirSync(folder)
  }

  folder({ namespace, pod, uid, container }: PodName): string {
    return join(this.pods, `${namespace}_${pod}_${uid}`, container)
  }

  log(name: PodName, restarts = 0): string {
    return join(this.folder(name), `${restarts}.log`)
  }

  link({ namespace, pod, container }: PodName, id: string): string {
    return join(this.links, `${pod}_${namespace}_${container}-${id}.log`)
  }

  /** A container of a runtime with CRI; with `id` the kubelet links to its log. */
  start(name: PodName, restarts = 0, id?: string): void {
    mkdirSync(this.folder(name), { recursive: true })
    writeFileSync(this.log(name, restarts), '')
    if (id !== undefined) symlinkSync(this.log(name, restarts), this.link(name, id))
  }

  /** A container of Docker beneath a kubelet: links lead to links. */
  startInDocker(name: PodName, id: string, restarts = 0): string {
    const log = join(this.docker, id, `${id}-json.log`)
    mkdirSync(dirname(log))
    writeFileSync(log, '')
    mkdirSync(this.folder(name), { recursive: true })
    symlinkSync(log, this.log(name, restarts))
    symlinkSync(this.log(name, restarts), this.link(name, id))
    return log
  }

  write(name: PodName, texts: readonly string[], restarts = 0): void {
    appendFileSync(this.log(name, restarts), texts.map((text) => `2026-11-21T10:00:00.123456789Z stdout F ${text}\n`).join(''))
  }

  /** The name of the log gets a time, the runtime begins a new one, and of older ones all but the newest are packed. */
  rotate(name: PodName, restarts = 0): void {
    const log = this.log(name, restarts)
    const time = String(++this.#rotations).padStart(6, '0')
    renameSync(log, `${log}.20261121-${time}`)
    writeFileSync(log, '')
    const rotated = readdirSync(dirname(log)).filter((one) => one.startsWith(`${restarts}.log.`) && /\d$/.test(one))
    for (const old of rotated.sort().slice(0, -1)) this.#pack(join(dirname(log), old))
  }

  #pack(path: string): void {
    writeFileSync(`${path}.tmp`, gzipSync(readFileSync(path)))
    renameSync(`${path}.tmp`, `${path}.gz`)
    unlinkSync(path)
  }

  /** The links go with the pod. */
  remove(name: PodName): void {
    rmSync(dirname(this.folder(name)), { recursive: true })
    for (const link of readdirSync(this.links)) if (!existsSync(join(this.links, link))) unlinkSync(join(this.links, link))
  }

  destroy(): void {
    rmSync(this.base, { recursive: true, force: true })
  }
}

export function textOf(line: string): string {
  return line.startsWith('{') ? (JSON.parse(line) as { log: string }).log.replace(/\n$/, '') : line.split(' ').slice(3).join(' ')
}
