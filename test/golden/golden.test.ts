/**
 * One readable file per behaviour: what is proved, then the sections mapping.yaml, in.log, out.prom (all samples of the mapped
 * families) and self.prom (some of our own). Expectations are written by hand. `±1%` after a number is a tolerance.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseText, sampleKey } from '../exposition/text-parser.ts'
import { runScenario } from './run-scenario.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-golden-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** `-- name --` heads a section; text before the first head tells the reader what is proved. */
function sections(text: string): Map<string, string> {
  const out = new Map<string, string>()
  let name = 'title'
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const head = /^-- (\S+) --$/.exec(line)
    name = head?.[1] ?? name
    out.set(name, `${out.get(name) ?? ''}${head ? '' : `${line}\n`}`)
  }
  return out
}

interface Expected {
  readonly value: number
  readonly tolerance: number
}

function expectedSamples(text: string): Map<string, Expected> {
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [, sample, value, percent] = /^(.*?) ([^\s±]+)(?: ±(\d+)%)?$/.exec(line)!
      const { name, labels } = parseText(`# TYPE x untyped\n${sample!.replace(/^\w+/, 'x')} 1\n`).families.get('x')!.list[0]!
      return [
        sampleKey(/^\w+/.exec(sample!)?.[0] ?? name, labels),
        { value: Number(value), tolerance: Number(percent ?? 0) / 100 },
      ]
    }),
  )
}

function samplesOf(text: string): Map<string, number> {
  return new Map([...parseText(text).families.values()].flatMap((family) => [...family.samples]))
}

const within = (found: number | undefined, { value, tolerance }: Expected): number | undefined =>
  found !== undefined && Math.abs(found - value) <= Math.abs(value) * tolerance + 1e-12 * Math.abs(value) ? value : found

for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'))) {
  const parts = sections(readFileSync(join(import.meta.dirname, file), 'utf8'))
  test(`${file.slice(0, -4)}: ${parts.get('title')!.trim()}`, async () => {
    const mapping = join(scratch, `${file}.yaml`)
    writeFileSync(mapping, parts.get('mapping.yaml')!)
    const { mapped, own } = await runScenario(mapping, parts.get('in.log')!)
    const expected = expectedSamples(parts.get('out.prom')!)
    const found = samplesOf(mapped)
    const plain = (samples: Map<string, number>): object => Object.fromEntries([...samples].sort())
    expect(
      plain(new Map([...found].map(([key, value]) => [key, within(value, expected.get(key) ?? { value, tolerance: 0 })!]))),
    ).toEqual(plain(new Map([...expected].map(([key, { value }]) => [key, value]))))
    const ownSamples = samplesOf(own)
    for (const [key, { value }] of expectedSamples(parts.get('self.prom') ?? ''))
      expect([key, ownSamples.get(key)]).toEqual([key, value])
  })
}
