/** YAML text of the user: what is refused, where places are, and that no text makes it throw. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { YamlSource } from '../../src/diag/yaml-source.ts'

const source = (text: string): YamlSource => new YamlSource('m.yaml', text)
const problems = (text: string): string[] =>
  source(text)
    .diagnostics()
    .map((d) => d.code)
const cut = (text: string, path: (string | number)[], part?: 'key' | 'value'): string => {
  const yaml = source(text)
  return yaml.text.slice(...yaml.span(part === undefined ? { file: 'm.yaml', path } : { file: 'm.yaml', path, part }))
}

test('spans are those of keys and values, in block and flow, quoted or not', () => {
  const text = 'a:\n  - { "b c": \'x\', 7: [1, yes] }\n'
  expect(cut(text, ['a', 0, 'b c'], 'key')).toBe('"b c"')
  expect(cut(text, ['a', 0, 'b c'])).toBe("'x'")
  expect(cut(text, ['a', 0, '7', 1])).toBe('yes')
  expect(cut(text, ['a', 0, 7], 'key')).toBe('7')
})

test('a byte order mark shifts no place', () => {
  const yaml = source('\ufeffa: 1\n')
  expect(yaml.position(yaml.span({ file: 'm.yaml', path: ['a'] })[0])).toEqual({ line: 1, column: 4 })
})

test('lines and columns are those of an independent count, for any offset of a right text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('- b', '# é', '', '- "日"'), { maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.nat(60),
      (lines, end, offset) => {
        const yaml = source(lines.join(end))
        const before = yaml.text.slice(0, offset)
        const line = before.split('\n').length
        expect(yaml.position(Math.min(offset, yaml.text.length))).toEqual({
          line,
          column: before.length - before.lastIndexOf('\n'),
        })
        expect(yaml.line(line)).toBe(lines[line - 1] ?? '')
      },
    ),
  )
})

test('keys that stand twice, unknown tags, tabs, an open bracket and a second document are told', () => {
  expect(problems('a: 1\nb: 2\na: 3\n')).toEqual(['yaml-syntax'])
  expect(problems('a: !!js/function "x"\n')).toEqual(['yaml-syntax'])
  expect(problems('a: !mine x\n')).toEqual(['yaml-syntax'])
  expect(problems('a:\n\tb: 1\n')).toContain('yaml-syntax')
  expect(problems('a: [1, 2\n')).toContain('yaml-syntax')
  expect(problems('a: 1\n---\nb: 2\n')).toEqual(['yaml-syntax'])
})

test('an alias without anchor and a bomb are problems, not exceptions', () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd'].map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abc'[i]}`)}]\n`).join('')}`
  for (const text of ['a: *x\n', bomb]) expect([text, 'problem' in source(text).data()]).toEqual([text, true])
})

test('a file of more than 1 MiB is refused before it is parsed', () => {
  const start = performance.now()
  expect(problems(`a: ${'x'.repeat(1024 * 1024)}`)).toEqual(['yaml-syntax'])
  expect(performance.now() - start).toBeLessThan(500)
})

test('an own key beats one that is merged in, whatever their order', () => {
  expect(source('x: &x { a: 1, b: 1 }\ny: { a: 2, <<: *x }\nz: { <<: *x, a: 2 }\n').data()).toMatchObject({
    value: { y: { a: 2, b: 1 }, z: { a: 2, b: 1 } },
  })
})

test('no text and no place make it throw', () => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&x ',
    '*x',
    '!t ',
    '"',
    "'",
    '|\n',
    '>\n',
    '#',
    '\n',
    '\n  ',
    '\t',
    '<<: ',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '__proto__',
    '\ufeff',
    '\u0000',
    '~',
    '1',
  )
  const path = fc.array(fc.oneof(fc.nat(3), fc.constantFrom('a', '__proto__', '<<', '')), { maxLength: 4 })
  fc.assert(
    fc.property(
      fc.string({ unit: piece, maxLength: 40 }),
      path,
      fc.constantFrom<('key' | 'value')[]>('key', 'value'),
      (text, steps, part) => {
        const yaml = source(text)
        yaml.diagnostics()
        yaml.data()
        const [start, end] = yaml.span({ file: 'm.yaml', path: steps, part })
        expect(start).toBeLessThanOrEqual(end)
        expect(yaml.position(start).line).toBeGreaterThanOrEqual(1)
      },
    ),
    { numRuns: 500 },
  )
})

test('a %YAML 1.1 directive does not turn yes into true', () => {
  const yaml = source('%YAML 1.1\n---\na: yes\n')
  const data = yaml.data()
  expect(yaml.diagnostics().length > 0 || ('value' in data && (data.value as { a: unknown }).a === 'yes')).toBe(true)
})

test('nesting with something between the brackets is refused by the depth limit, once', () => {
  const told = source(`a: ${'[x,'.repeat(20_000)}`).diagnostics()
  expect(told.map((d) => d.message)).toEqual(['nested deeper than 64 levels'])
})

test('an integer past 2^53, which would be rounded, is told with the cure', () => {
  expect(
    source('id: 12345678901234567890\n')
      .diagnostics()
      .map((d) => [d.place.span, d.message]),
  ).toEqual([[[4, 24], '12345678901234567890 is past 2^53 and would be rounded: write it in quotes']])
  expect(source("id: '12345678901234567890'\nb: 9007199254740991\n").diagnostics()).toEqual([])
})

test('an alias inside its own anchor is a problem', () => {
  expect('problem' in source('a: &x { b: *x }\n').data()).toBe(true)
})

test('after a syntax error, lines are still counted right', () => {
  const yaml = source('  - x\na: b\n  - y\nc: [\n')
  expect(yaml.position(yaml.text.indexOf('c: ['))).toEqual({ line: 4, column: 1 })
})
