/** Random lives of a log against a model that knows what was written. */
import { appendFileSync, existsSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Descriptors } from '../../src/source/file/descriptors.ts'
import { Following } from './following.ts'

type Step =
  | { readonly kind: 'append' | 'part' | 'rewrite'; readonly bytes: number }
  | { readonly kind: 'rotate' | 'truncate' | 'read' | 'scan' }

const bytes = fc.oneof(fc.nat(20), fc.nat(200_000))
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('append' as const, 'part' as const), bytes }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('rotate' as const, 'read' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewrite' as const), bytes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('truncate' as const, 'scan' as const) }) },
)
const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' })

/** Writes to `app.log` and knows which lines of it must be delivered. */
class Writer {
  readonly finished: string[] = []
  readonly #f: Following
  #unfinished = ''
  #lineCount = 0
  #mtime = 1_000_000_000
  #generation = 0

  constructor(f: Following) {
    this.#f = f
  }

  get path(): string {
    return this.#f.path('app.log')
  }

  append(bytes: number): void {
    const text = this.#text(bytes)
    this.#change(appendFileSync, `${text}\n`)
    this.finished.push(this.#unfinished + text)
    this.#unfinished = ''
  }

  part(bytes: number): void {
    const text = this.#text(bytes)
    this.#change(appendFileSync, text)
    this.#unfinished += text
  }

  rotate(): void {
    if (this.#unfinished !== '') this.append(0)
    if (existsSync(this.path)) renameSync(this.path, this.#f.path(`app.log.${++this.#generation}`))
    this.#change(writeFileSync, '')
  }

  /** Takes the unfinished line with it: that one ended with no newline. */
  truncate(): void {
    this.#change((path) => truncateSync(path, 0), '')
    this.#unfinished = ''
  }

  rewrite(bytes: number): void {
    const text = this.#text(bytes)
    this.#change(writeFileSync, `${text}\n`)
    this.finished.push(text)
    this.#unfinished = ''
  }

  /** Real time hardly moves here: each change gets its own, as it would have if the source's steps took their time. */
  #change(write: (path: string, text: string) => void, text: string): void {
    write(this.path, text)
    utimesSync(this.path, ++this.#mtime, this.#mtime)
  }

  /** No two are alike anywhere, so that a file written anew differs before any offset: equal 256 bytes cannot be told apart. */
  #text(bytes: number): string {
    const name = `${++this.#lineCount}:`
    return name + name.repeat(Math.ceil(bytes / name.length)).slice(0, bytes)
  }
}

async function act(f: Following, writer: Writer, step: Step, seesRotated: boolean): Promise<void> {
  switch (step.kind) {
    case 'append':
    case 'part':
      return writer[step.kind](step.bytes)
    // A generation that comes and goes between two scans under a name that is not looked for is lost by nature.
    case 'rotate':
      if (!seesRotated) await f.time.step(1000)
      return writer.rotate()
    case 'read':
      return f.time.step(60)
    case 'scan':
      return f.time.step(1000)
    // What was not read when it is truncated is lost by nature: the model lets the source read first.
    case 'truncate':
      await f.settle()
      return writer.truncate()
    case 'rewrite':
      await f.settle()
      return writer.rewrite(step.bytes)
  }
}

test.each([
  ['enough descriptors', 100],
  ['fewer descriptors than files', 1],
])(
  'every line that ended and could be read is delivered exactly once, in any life of a log, with %s',
  async (_, allowed) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (life, seesRotated) => {
        const descriptors = new Descriptors(allowed)
        const f = new Following({ patterns: [seesRotated ? 'app.log*' : 'app.log', 'other*.log'], descriptors })
        for (const name of ['other1.log', 'other2.log']) writeFileSync(f.path(name), '')
        const writer = new Writer(f)
        writeFileSync(writer.path, '')
        await f.start()
        for (const step of life) await act(f, writer, step, seesRotated)
        for (let generation = 0; generation < 5; generation++) await f.settle()
        expect(descriptors.openCount).toBeLessThanOrEqual(allowed)
        const delivered = [...f.lines].sort()
        await f.stop()
        expect(delivered).toEqual([...writer.finished].sort())
      }),
      { numRuns: 150 },
    )
  },
  60_000,
)
