/** Operations on files, each done as the program does it that does so in life: a logger, logrotate, cp, gzip, an editor, an administrator. */
import type { Disk } from './disk.ts'
import { FOLDERS, LINK, LINKED_FOLDER, SLOTS } from './layouts.ts'
import type { Operation, Text } from './operations.ts'
import { brief, keptBytes, Texts } from './texts.ts'

type Of<K extends Operation['kind']> = Extract<Operation, { readonly kind: K }>
export type Change = Exclude<Operation['kind'], 'poll' | 'look' | 'rest' | 'commit' | 'kill' | `${string} amid`>

const KEPT_GENERATIONS = 3

export class Changes {
  /** What was done, in words. */
  readonly trace: string[] = []
  readonly #disk: Disk
  readonly #texts = new Texts()
  #names = 0

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** One of the names that logs are written under, by a number. */
  slot(index: number): string {
    return SLOTS[index % SLOTS.length]!
  }

  /** One of all names. */
  name(index: number): string | undefined {
    const names = [...this.#disk.names.keys()]
    return names[index % names.length]
  }

  generation(index: number): string | undefined {
    const names = [...this.#disk.names.keys()].filter((path) => /[.-]\d+$/.test(path) && !this.#disk.isLink(path))
    return names[index % names.length]
  }

  make(operation: Of<Change>): void {
    const act = this.#acts[operation.kind] as (operation: Operation) => void
    act(operation)
  }

  say(what: string): void {
    this.trace.push(what)
  }

  append(path: string, text: Text | null, what = `append to ${path}`): void {
    if (text === null || this.#disk.at(path)?.isReadable === false) return
    this.#disk.append(path, this.#write(what, text))
  }

  rotate(path: string, style: 'number' | 'date', creates: boolean): void {
    this.say(`rotate ${path} by ${style}${creates ? ' and create' : ''}`)
    this.#disk.rename(path, this.#nextGeneration(path, style))
    if (creates) this.#disk.create(path)
  }

  readonly #acts: { readonly [K in Change]: (operation: Of<K>) => void } = {
    append: ({ slot, text }) => this.append(this.slot(slot), text),
    write: ({ writer, text }) => {
      this.#disk.writeBy(writer, this.#write(`write by writer ${writer % this.#disk.writerCount}`, text))
    },
    'open writer': ({ name, appends }) => {
      const path = this.name(name)!
      this.say(`writer ${this.#disk.writerCount} opens ${path}${appends ? '' : ', to write where it stands'}`)
      this.#disk.openWriter(path, appends)
    },
    'close writer': ({ writer }) => {
      this.say(`close writer ${writer % this.#disk.writerCount}`)
      this.#disk.closeWriter(writer)
    },
    rotate: ({ slot, style, creates }) => this.rotate(this.slot(slot), style, creates),
    'rename over': ({ slot, text }) => {
      const path = this.slot(slot)
      this.append(`${path}.tmp`, text, `another file over ${path}`)
      this.#disk.rename(`${path}.tmp`, path)
    },
    truncate: ({ name, keeps, text }) => {
      const path = this.name(name)!
      const before = this.#disk.at(path)!.text
      this.say(`truncate ${path} from ${before.length} to ${keptBytes(before, keeps)} bytes`)
      this.#disk.truncate(path, keptBytes(before, keeps))
      this.append(path, text)
    },
    'rewrite same': ({ name, text }) => {
      const path = this.name(name)!
      const before = this.#disk.at(path)!.text
      this.say(`write ${path} anew as it was`)
      this.#disk.truncate(path, 0)
      this.#disk.append(path, before)
      this.append(path, text)
    },
    remove: ({ name }) => {
      this.say(`remove ${this.name(name)}`)
      this.#disk.remove(this.name(name)!)
    },
    'hard link': ({ name }) => {
      const other = `${FOLDERS[++this.#names % FOLDERS.length]}/link${this.#names}.log`
      this.say(`${other} is ${this.name(name)} too`)
      this.#disk.link(this.name(name)!, other)
    },
    move: ({ name }) => {
      const path = this.name(name)!
      const to = `${FOLDERS[++this.#names % FOLDERS.length]}/moved${this.#names}.log`
      this.say(`move ${path} to ${to}`)
      this.#disk.rename(path, to)
    },
    exchange: ({ slot, other }) => {
      const [path, to] = [this.slot(slot), this.slot(other)]
      this.say(`exchange ${path} and ${to}`)
      this.#disk.rename(path, `${path}.tmp`)
      this.#disk.rename(to, path)
      this.#disk.rename(`${path}.tmp`, to)
    },
    'swap link': ({ text }) => {
      const target = `${LINKED_FOLDER}/${++this.#names}`
      this.append(target, text, `${LINK} → ${target}`)
      this.#disk.pointLink(LINK, target)
    },
    'move folder': ({ folder, back }) => this.#moveFolder(FOLDERS[folder % FOLDERS.length]!, back),
    permit: ({ name, readable }) => {
      this.say(`${this.name(name)} is ${readable ? 'readable' : 'unreadable'}`)
      this.#disk.setReadable(this.name(name)!, readable)
    },
    'copy and truncate': (operation) => this.#copyAndTruncate(this.slot(operation.slot), operation),
    copy: ({ slot, asGeneration, share }) => {
      const path = this.slot(slot)
      const bytes = keptBytes(this.#disk.at(path)!.text, share)
      const name = this.#copyName(path, asGeneration)
      this.say(`copy ${bytes} bytes of ${path} to ${name}`)
      this.#disk.copy(path, name, bytes)
    },
    'move over file systems': ({ slot, asGeneration, text }) => {
      const path = this.slot(slot)
      const name = this.#copyName(path, asGeneration)
      this.say(`move ${path} over file systems to ${name}`)
      this.#disk.copy(path, name, Number.POSITIVE_INFINITY)
      this.#disk.remove(path)
      this.append(path, text)
    },
    'write anew as a whole': ({ slot, text }) => {
      const path = this.slot(slot)
      this.say(`another file of the same content over ${path}`)
      this.#disk.append(`${path}.tmp`, this.#disk.at(path)!.text)
      this.append(`${path}.tmp`, text)
      this.#disk.rename(`${path}.tmp`, path)
    },
    pack: ({ name }) => {
      this.say(`gzip ${this.generation(name)}`)
      this.#disk.pack(this.generation(name)!)
    },
  }

  #copyAndTruncate(path: string, { style, between, text }: Of<'copy and truncate'>): void {
    const name = this.#nextGeneration(path, style === 'number' ? 'number' : 'date')
    this.say(`copy ${path} to ${name}${style === 'packed' ? '.gz' : ''}, and truncate`)
    if (style === 'packed') this.#disk.packTo(path, `${name}.gz`)
    else this.#disk.copy(path, name, Number.POSITIVE_INFINITY)
    this.append(path, between, `after the copy, before the truncation, append to ${path}`)
    this.#disk.truncate(path, 0)
    this.append(path, text)
  }

  /** Makes room under the name that the newest generation gets. */
  #nextGeneration(path: string, style: 'number' | 'date'): string {
    const disk = this.#disk
    if (style === 'date') return this.#copyName(path, true)
    const isThere = (name: string) => disk.at(name) !== undefined || disk.packed.has(name)
    for (const suffix of ['', '.gz']) {
      if (isThere(`${path}.${KEPT_GENERATIONS}${suffix}`)) disk.remove(`${path}.${KEPT_GENERATIONS}${suffix}`)
      for (let n = KEPT_GENERATIONS - 1; n > 0; n--)
        if (isThere(`${path}.${n}${suffix}`)) disk.rename(`${path}.${n}${suffix}`, `${path}.${n + 1}${suffix}`)
    }
    return `${path}.1`
  }

  #copyName(path: string, asGeneration: boolean): string {
    return asGeneration ? `${path}-${20260000 + ++this.#names}` : `b/copy${++this.#names}.log`
  }

  #moveFolder(folder: string, back: boolean): void {
    const aside = `aside-${folder}`
    this.say(back ? `${aside} takes the place of ${folder}` : `${folder} moves aside and is created anew`)
    this.#disk.moveFolder(folder, back ? `${aside}-${++this.#names}` : aside)
    if (back) this.#disk.moveFolder(aside, folder)
    else this.#disk.makeFolder(folder)
  }

  #write(what: string, text: Text): string {
    const written = this.#texts.next(text)
    this.say(written === '' ? what : `${what}: ${brief(written)}`)
    return written
  }
}
