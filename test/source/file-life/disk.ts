/**
 * A folder of real files, and beside it what must stand in them: every operation is done twice, once by the system and once on texts.
 * What the system was asked to do is never read back, so the texts are an independent account of it.
 */
import {
  chmodSync,
  closeSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { linesOf } from './texts.ts'

/** One inode. */
export class LogFile {
  /** When it was made, and written to last, by a clock that ticks with each change on the disk. */
  readonly birth: number
  changed: number
  text = ''
  /** Grows with each change of the content. */
  version = 0
  readonly names = new Set<string>()
  isReadable = true
  constructor(birth: number) {
    this.birth = birth
    this.changed = birth
  }
}

export interface Packed {
  readonly text: string
}

interface Writer {
  readonly file: LogFile
  readonly fd: number
  readonly appends: boolean
  at: number
}

export class Disk {
  readonly root = mkdtempSync(join(tmpdir(), 'agentlog-life-'))
  /** What is in the files that are compressed. */
  readonly packed = new Map<string, Packed>()
  readonly #files = new Map<string, LogFile>()
  /** Path → path it leads to. */
  readonly #links = new Map<string, string>()
  readonly #writers: Writer[] = []
  /** Whole lines that were written, wherever they are now. */
  readonly written = new Set<string>()
  inodesUsedAgain = 0
  readonly #inodes = new Set<bigint>()
  readonly #vague: LogFile[] = []
  #clock = 0
  #stampNs = 0n

  constructor(folders: readonly string[]) {
    // For readers without the rights of root.
    chmodSync(this.root, 0o755)
    for (const folder of folders) mkdirSync(join(this.root, folder))
  }

  /** All names, those of links too, with the file that they lead to. */
  get names(): Map<string, LogFile> {
    const names = new Map(this.#files)
    for (const [path, target] of this.#links) {
      const file = this.#files.get(target)
      if (file !== undefined) names.set(path, file)
    }
    return names
  }

  /** Of a file with two names, or that was renamed while it was found, nobody can tell by which name a reader knows it. */
  noteVague(path: string): void {
    this.#vague.push(this.at(path)!)
  }

  /** That decides whether its last line is taken as it is. */
  get isAnyVagueUnfinished(): boolean {
    return this.#vague.some(({ text }) => text !== '' && !text.endsWith('\n'))
  }

  get writerCount(): number {
    return this.#writers.length
  }

  real(path: string): string {
    return join(this.root, path)
  }

  at(path: string): LogFile | undefined {
    return this.#files.get(this.#links.get(path) ?? path)
  }

  isLink(path: string): boolean {
    return this.#links.has(path)
  }

  /** Makes the file if there is none. */
  append(path: string, text: string): void {
    const file = this.at(path) ?? this.create(path)
    this.#write(file, path, text)
  }

  create(path: string): LogFile {
    for (;;) {
      closeSync(openSync(this.real(path), 'wx', 0o644))
      const stat = lstatSync(this.real(path), { bigint: true })
      // Files of one tick of the file system's clock, 1 to 4 ms, have one birth.
      if (stat.birthtimeNs > this.#stampNs) {
        this.#stampNs = stat.birthtimeNs
        break
      }
      unlinkSync(this.real(path))
    }
    const { ino } = lstatSync(this.real(path), { bigint: true })
    if (this.#inodes.has(ino)) this.inodesUsedAgain++
    this.#inodes.add(ino)
    const file = new LogFile(++this.#clock)
    this.#name(path, file)
    this.#touch(file, path)
    this.#noteFolder(path)
    return file
  }

  truncate(path: string, bytes: number): void {
    const file = this.at(path)!
    truncateSync(this.real(path), bytes)
    file.text = file.text.slice(0, bytes)
    this.#touch(file, path)
  }

  /** What had the new name loses it. */
  rename(from: string, to: string): void {
    renameSync(this.real(from), this.real(to))
    const packed = this.packed.get(from)
    if (packed !== undefined) this.packed.set(to, packed)
    if (packed !== undefined) this.packed.delete(from)
    this.#noteFolder(from)
    this.#noteFolder(to)
    if (packed !== undefined) return
    const target = this.#links.get(from)
    const file = this.#files.get(from)
    this.#unname(to)
    this.#unname(from)
    if (target !== undefined) this.#links.set(to, target)
    else this.#name(to, file!)
  }

  remove(path: string): void {
    unlinkSync(this.real(path))
    this.packed.delete(path)
    this.#unname(path)
    this.#noteFolder(path)
  }

  /** Another name of the same file. */
  link(path: string, name: string): void {
    linkSync(this.real(path), this.real(name))
    this.#noteFolder(name)
    this.#name(name, this.#files.get(path)!)
    this.#vague.push(this.#files.get(path)!)
  }

  /** As `cp` does it. */
  copy(path: string, to: string, bytes: number): void {
    this.append(to, this.at(path)!.text.slice(0, bytes))
  }

  /** As `gzip` does it. */
  pack(path: string): void {
    this.packTo(path, `${path}.gz`)
    this.remove(path)
  }

  packTo(path: string, to: string): void {
    const { text } = this.at(path)!
    writeFileSync(this.real(to), gzipSync(text))
    this.packed.set(to, { text })
    this.#noteFolder(to)
  }

  /** In one step, as `ln -sfn` with a rename does it. */
  pointLink(path: string, target: string): void {
    symlinkSync(target, this.real(`${path}.tmp`))
    renameSync(this.real(`${path}.tmp`), this.real(path))
    this.#unname(path)
    this.#links.set(path, target)
    this.#noteFolder(path)
  }

  setReadable(path: string, isReadable: boolean): void {
    const file = this.at(path)!
    chmodSync(this.real(path), isReadable ? 0o644 : 0o000)
    file.isReadable = isReadable
  }

  /** Moves a folder of files. */
  moveFolder(from: string, to: string): void {
    renameSync(this.real(from), this.real(to))
    for (const [path, file] of [...this.#files]) {
      if (dirname(path) !== from) continue
      this.#unname(path)
      this.#name(join(to, path.slice(from.length + 1)), file)
    }
    for (const [path, packed] of [...this.packed]) {
      if (dirname(path) !== from) continue
      this.packed.delete(path)
      this.packed.set(join(to, path.slice(from.length + 1)), packed)
    }
  }

  makeFolder(path: string): void {
    mkdirSync(this.real(path))
  }

  /** A process opens the file to write. One that does not append goes on where it stands, whatever becomes of the file. */
  openWriter(path: string, appends: boolean): void {
    const file = this.at(path)!
    const fd = openSync(this.real(path), appends ? 'a' : 'r+')
    this.#writers.push({ file, fd, appends, at: file.text.length })
  }

  writerOf(index: number): { readonly file: LogFile; readonly appends: boolean; readonly overwrites: boolean } {
    const { file, appends, at } = this.#writers[index % this.#writers.length]!
    return { file, appends, overwrites: !appends && at < file.text.length }
  }

  writeBy(index: number, text: string): void {
    const writer = this.#writers[index % this.#writers.length]!
    const { file, fd } = writer
    // A hole comes with the first byte behind it.
    if (text === '') return
    if (writer.appends) writer.at = file.text.length
    writeSync(fd, text, writer.appends ? null : writer.at)
    const before = file.text.slice(0, writer.at).padEnd(writer.at, '\0')
    if (writer.at >= file.text.length) this.#noteLines(before, text)
    file.text = before + text + file.text.slice(writer.at + text.length)
    writer.at += text.length
    file.version++
    file.changed = ++this.#clock
    futimesSync(fd, this.#now(), this.#now())
  }

  closeWriter(index: number): void {
    const [writer] = this.#writers.splice(index % this.#writers.length, 1)
    closeSync(writer!.fd)
  }

  destroy(): void {
    for (const { fd } of this.#writers) closeSync(fd)
    rmSync(this.root, { recursive: true, force: true })
  }

  #write(file: LogFile, path: string, text: string): void {
    const fd = openSync(this.real(path), 'a')
    try {
      writeSync(fd, text)
    } finally {
      closeSync(fd)
    }
    this.#noteLines(file.text, text)
    file.text += text
    this.#touch(file, path)
  }

  /** Each change gets its own moment, as it would have if the source's steps took their time: the clock of the file system ticks slowly. */
  #touch(file: LogFile, path: string): void {
    file.version++
    file.changed = ++this.#clock
    utimesSync(this.real(path), this.#now(), this.#now())
  }

  /** In seconds. Behind the last birth, and before the next one. */
  #now(): number {
    this.#stampNs += 1000n
    return Number(this.#stampNs) / 1e9
  }

  #noteLines(before: string, text: string): void {
    const lines = linesOf(before.slice(before.lastIndexOf('\n') + 1) + text)
    for (const line of lines) if (line !== '') this.written.add(line)
  }

  #noteFolder(path: string): void {
    utimesSync(dirname(this.real(path)), this.#now(), this.#now())
  }

  #name(path: string, file: LogFile): void {
    this.#files.set(path, file)
    file.names.add(path)
  }

  #unname(path: string): void {
    this.#files.get(path)?.names.delete(path)
    this.#files.delete(path)
    this.#links.delete(path)
  }
}
