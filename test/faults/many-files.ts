/**
 * A writer of many logs that is its own truth: line n counts in a digit of its own (`digits.ts`). Most logs get a line now and then, some
 * many; logs are rotated to names that no pattern has, and deleted.
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lineOf } from './digits.ts'

export interface ManyFilesOptions {
  readonly folder: string
  /** Below it, each with its share of the files. */
  readonly folders: number
  readonly files: number
  /** The first so many get every other line. */
  readonly hotFiles: number
  readonly lines: number
  readonly linesPerSecond: number
  /** A file is rotated when it is as old as this, and deleted when its last line is, unless it is a busy one. */
  readonly quietMs: number
  readonly random: () => number
}

/** Lines that a busy log gets in the very moment in which it is deleted. */
const LAST_WORDS = 20
const STEP_MS = 20

export class ManyFiles {
  /** When each line was written, by number. */
  readonly writtenMs: Float64Array
  rotations = 0
  deletions = 0
  hotDeletions = 0
  readonly #options: ManyFilesOptions
  readonly #lastMs: Float64Array
  readonly #bornMs: Float64Array
  readonly #hotSinceMs: Float64Array
  readonly #rotated: { readonly path: string; readonly lastMs: number }[] = []
  #n = 0

  constructor(options: ManyFilesOptions) {
    this.#options = options
    this.writtenMs = new Float64Array(options.lines)
    this.#lastMs = new Float64Array(options.files)
    this.#bornMs = new Float64Array(options.files)
    this.#hotSinceMs = new Float64Array(options.hotFiles)
    for (let folder = 0; folder < options.folders; folder++) mkdirSync(join(options.folder, String(folder)), { recursive: true })
    for (let file = 0; file < options.files; file++) writeFileSync(this.#path(file), '')
  }

  async write(): Promise<void> {
    const { lines, linesPerSecond, hotFiles } = this.#options
    const startMs = performance.now()
    this.#hotSinceMs.fill(startMs)
    while (this.#n < lines) {
      const dueLines = Math.min(lines, ((performance.now() - startMs) / 1000) * linesPerSecond)
      while (this.#n < dueLines) this.#append(this.#n % 2 === 0 ? this.#any(hotFiles) : this.#anyCold())
      this.#rotateOne()
      this.#deleteOld()
      this.#deleteHot()
      await pause(STEP_MS)
    }
  }

  #append(file: number): void {
    if (this.#n >= this.#options.lines) return
    if (!existsSync(this.#path(file))) this.#bornMs[file] = performance.now()
    appendFileSync(this.#path(file), lineOf(this.#n, this.#options.random))
    this.#lastMs[file] = this.writtenMs[this.#n++] = performance.now()
  }

  /** To a name that no pattern has. */
  #rotateOne(): void {
    const file = this.#anyCold()
    const path = this.#path(file)
    const isOld = performance.now() - this.#bornMs[file]! > this.#options.quietMs
    if (!isOld || !existsSync(path) || existsSync(`${path}.1`)) return
    renameSync(path, `${path}.1`)
    this.#rotated.push({ path: `${path}.1`, lastMs: this.#lastMs[file]! })
    this.rotations++
  }

  #deleteOld(): void {
    const oldestMs = performance.now() - this.#options.quietMs
    for (const { path, lastMs } of this.#rotated.splice(0)) {
      if (lastMs > oldestMs) this.#rotated.push({ path, lastMs })
      else this.#delete(path)
    }
    const file = this.#anyCold()
    if (this.#lastMs[file]! < oldestMs && existsSync(this.#path(file))) this.#delete(this.#path(file))
  }

  #delete(path: string): void {
    unlinkSync(path)
    this.deletions++
  }

  /** With lines in it that nobody can have read yet. */
  #deleteHot(): void {
    const { hotFiles, quietMs } = this.#options
    const file = this.#any(hotFiles)
    if (performance.now() - this.#hotSinceMs[file]! < quietMs) return
    for (let word = 0; word < LAST_WORDS; word++) this.#append(file)
    unlinkSync(this.#path(file))
    this.hotDeletions++
    this.#append(file)
    this.#hotSinceMs[file] = performance.now()
  }

  #any(files: number): number {
    return Math.floor(this.#options.random() * files)
  }

  #anyCold(): number {
    const { files, hotFiles } = this.#options
    return hotFiles + this.#any(files - hotFiles)
  }

  #path(file: number): string {
    const { folder, folders } = this.#options
    return join(folder, String(file % folders), `session-${file}.log`)
  }
}
