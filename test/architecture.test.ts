/** The rooms of src/: imports follow the table in src/README.md, no cycles, short files, packages behind one file each; the dashboards' source as far as it applies. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '../src')
/** Of the dashboards; no part of the product, and in the same house style. */
const DASHBOARDS = join(import.meta.dirname, '../config/grafana/source')
const MAX_LINES = 400
const ROOT_FILES = ['main.ts', 'start.ts']
const FORBIDDEN_NAMES = /(^|\/)(utils?|common|helpers?|types|misc)(\.ts|\/|$)/
/** Packages that one file alone may import, so that each can be replaced by changing that file. */
const ONE_FILE_PACKAGES = [
  'chokidar',
  'split2',
  'prom-client',
  'fastify',
  're2js',
  'picomatch',
  'bcryptjs',
  '@marcbachmann/cel-js',
  '@pydantic/genai-prices',
]
/** Packages that one room alone may import. */
const ONE_ROOM_PACKAGES: Record<string, readonly string[]> = {
  zod: ['config', 'scenario'],
  yaml: ['diag', 'config'],
  commander: ['cli'],
}

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-architecture-'))
afterAll(() => rmSync(scratch, { recursive: true }))

interface SourceFile {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

function readSources(src: string): SourceFile[] {
  const paths = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return paths.sort().map((path) => {
    const text = readFileSync(join(src, path), 'utf8')
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!)
    return { path: path.split(sep).join('/'), text, imports }
  })
}

/** Rows `| room | may import | … |` of the table. */
function allowedImports(src: string): Map<string, string[]> {
  const rows = readFileSync(join(src, 'README.md'), 'utf8').matchAll(/^\| (\w+) \|([\w ]*)\|/gm)
  const table = [...rows].map((row) => [row[1]!, row[2]!.split(' ').filter(Boolean)] as const)
  return new Map(table.filter(([room]) => room !== 'room'))
}

const roomOf = (path: string): string => (path.includes('/') ? path.split('/')[0]! : '')
const target = (file: SourceFile, specifier: string): string =>
  relative(SRC, normalize(join(SRC, dirname(file.path), specifier)))
    .split(sep)
    .join('/')

function forbiddenImports(src: string): string[] {
  const allowed = allowedImports(src)
  return readSources(src).flatMap((file) => {
    const room = roomOf(file.path)
    if (room === '') return []
    if (!allowed.has(room)) return [`${file.path}: the room ${room} is not in the table of src/README.md`]
    const others = file.imports.filter((i) => i.startsWith('.') && i.endsWith('.ts')).map((i) => roomOf(target(file, i)))
    return others
      .filter((other) => other !== room && !allowed.get(room)!.includes(other))
      .map((other) => `${file.path} may not import ${other || 'a root file'}`)
  })
}

function findCycle(files: readonly SourceFile[]): string[] | undefined {
  const imports = new Map(files.map((f) => [f.path, f.imports.filter((i) => i.startsWith('.')).map((i) => target(f, i))]))
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return undefined
    for (const next of imports.get(path) ?? []) {
      const cycle = visit(next, [...trail, path])
      if (cycle) return cycle
    }
    done.add(path)
    return undefined
  }
  for (const file of files) {
    const cycle = visit(file.path, [])
    if (cycle) return cycle
  }
  return undefined
}

function copyWith(name: string, path: string, addition: string): string {
  const copy = join(scratch, name)
  cpSync(SRC, copy, { recursive: true })
  writeFileSync(join(copy, path), readFileSync(join(copy, path), 'utf8') + addition)
  return copy
}

test('imports between rooms follow the table in src/README.md', () => {
  expect(allowedImports(SRC).size).toBeGreaterThan(10)
  expect(forbiddenImports(SRC)).toEqual([])
})

test('a forbidden import in a copy of the house is found', () => {
  const copy = copyWith('forbidden', 'source/source.ts', "\nimport '../server/server.ts'\n")
  expect(forbiddenImports(copy)).toEqual(['source/source.ts may not import server'])
})

test('no file imports itself through others', () => {
  for (const folder of [SRC, DASHBOARDS]) expect(findCycle(readSources(folder))).toBeUndefined()
})

test('a cycle in a copy of the house is found', () => {
  const copy = copyWith('cycle', 'decode/path.ts', "\nimport './row.ts'\n")
  expect(new Set(findCycle(readSources(copy)))).toEqual(new Set(['decode/path.ts', 'decode/row.ts']))
})

test(`files stay below ${MAX_LINES} lines and have names that say something`, () => {
  const files = readSources(SRC)
  const all = [...files, ...readSources(DASHBOARDS)]
  expect(all.filter((f) => f.text.split('\n').length > MAX_LINES).map((f) => f.path)).toEqual([])
  expect(all.filter((f) => FORBIDDEN_NAMES.test(f.path)).map((f) => f.path)).toEqual([])
  expect(files.filter((f) => !f.path.includes('/') && !ROOT_FILES.includes(f.path)).map((f) => f.path)).toEqual([])
})

test('each file opens with what it promises', () => {
  const silent = [SRC, DASHBOARDS].flatMap(readSources).filter((f) => !/^(#!.*\n)?\/\*\*/.test(f.text))
  expect(silent.map((f) => f.path)).toEqual([])
})

test('each package stays behind its file or room', () => {
  const files = readSources(SRC)
  const imports = (text: string, name: string): boolean =>
    new RegExp(`import (?!type )[^\n]*from '${name}'|import\\('${name}'\\)`).test(text)
  for (const name of ONE_FILE_PACKAGES) expect([name, files.filter((f) => imports(f.text, name)).length]).toEqual([name, 1])
  for (const [name, rooms] of Object.entries(ONE_ROOM_PACKAGES)) {
    const used = new Set(files.filter((f) => f.imports.includes(name)).map((f) => roomOf(f.path)))
    expect([name, [...used].filter((room) => !rooms.includes(room))]).toEqual([name, []])
  }
})

test('no room but cli ends the process, reads the environment or prints', () => {
  const outside = readSources(SRC).filter((f) => roomOf(f.path) !== 'cli' && f.path.includes('/'))
  expect(outside.filter((f) => /process\.(exit|env|exitCode|std)|console\./.test(f.text)).map((f) => f.path)).toEqual([])
})
