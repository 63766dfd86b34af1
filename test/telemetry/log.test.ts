/** Our own log: levels, forms, and what can never get onto a terminal. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileMasks } from '../../src/select/mask-patterns.ts'
import { LOG_LEVELS, Log, type LogOptions } from '../../src/telemetry/log.ts'

/** 2026-11-21 00:00:00 UTC: 20778 days. */
const MIDNIGHT_MS = 20_778 * 86_400_000

function logging(changes: Partial<LogOptions> = {}): { log: Log; lines: string[] } {
  const lines: string[] = []
  const write = (line: string): void => void lines.push(line)
  return { log: new Log({ write, level: 'debug', format: 'logfmt', wallClockMs: () => MIDNIGHT_MS, ...changes }), lines }
}

test('logfmt: time, level, message, fields in order; quotes only where needed', () => {
  const { log, lines } = logging()
  log.warn('port taken', {
    address: '127.0.0.1:1',
    port: 1,
    isOpen: false,
    why: 'a "b" c',
    equals: 'a=b',
    nothing: '',
    gone: undefined,
  })
  expect(lines).toEqual([
    'time=2026-11-21T00:00:00.000Z level=warn msg="port taken" address=127.0.0.1:1 port=1 isOpen=false why="a \\"b\\" c" equals="a=b" nothing=""\n',
  ])
})

test('json: one object per line with the same facts', () => {
  const { log, lines } = logging({ format: 'json' })
  log.error('failed', { path: '/a "b"', count: 3, gone: undefined })
  expect(lines).toHaveLength(1)
  expect(lines[0]!.endsWith('}\n')).toBe(true)
  expect(JSON.parse(lines[0]!)).toEqual({
    time: '2026-11-21T00:00:00.000Z',
    level: 'error',
    msg: 'failed',
    path: '/a "b"',
    count: 3,
  })
})

test.each(LOG_LEVELS)('level %s shows itself and what is worse', (level) => {
  const { log, lines } = logging({ level, format: 'json' })
  for (const each of LOG_LEVELS) log[each]('x')
  const shown = lines.map((line) => JSON.parse(line).level)
  expect(shown).toEqual(
    { debug: ['debug', 'info', 'warn', 'error'], info: ['info', 'warn', 'error'], warn: ['warn', 'error'], error: ['error'] }[
      level
    ],
  )
})

test('a line is one line of harmless characters, whatever its texts are, in both forms', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('json', 'logfmt'),
      (message, text, format) => {
        const { log, lines } = logging({ format })
        log.info(message, { text })
        expect(lines).toHaveLength(1)
        expect(lines[0]!.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
        if (format === 'json') expect(Object.keys(JSON.parse(lines[0]!))).toEqual(['time', 'level', 'msg', 'text'])
      },
    ),
  )
})

test.each(['json', 'logfmt'] as const)(
  '%s: every character that a terminal or a viewer acts on is shown as its number',
  (format) => {
    const { log, lines } = logging({ format })
    const ranges = [
      [0x00, 0x1f],
      [0x7f, 0x9f],
      [0x2028, 0x2029],
      [0x202a, 0x202e],
      [0x2066, 0x2069],
    ] as const
    const codes = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    for (const code of codes) log.info('x', { text: String.fromCharCode(code) })
    lines.forEach((line, i) => {
      const number = codes[i]!.toString(16).padStart(4, '0')
      expect([line.slice(0, -1).includes(String.fromCharCode(codes[i]!)), line.includes(`u${number}`)]).toEqual([false, true])
    })
  },
)

test('escape sequences and line ends are seen, not obeyed', () => {
  const { log, lines } = logging()
  log.info('x', { name: 'a\u001b[2Jb\nlevel=error' })
  expect(lines[0]).not.toContain('\u001b')
  expect(lines[0]!.split('\n')).toHaveLength(2)
  expect(lines[0]).toContain('u001b[2Jb')
})

test('what is escaped is escaped once: JSON reads the text as it was, logfmt too', () => {
  const text = 'C:\\logs\n\u001b[2J "x" \u009b'
  for (const format of ['json', 'logfmt'] as const) {
    const { log, lines } = logging({ format })
    log.info('x', { text })
    const quoted = format === 'json' ? lines[0]! : `{"text":${lines[0]!.slice(lines[0]!.indexOf('text=') + 5)}}`
    expect([format, JSON.parse(quoted).text]).toEqual([format, text])
  }
})

test('secrets are masked, by form, by the field’s name, and by the patterns that are given', () => {
  const place = { file: 'm.yaml' }
  const masks = compileMasks([{ spec: 'cust-\\d+', place }], () => expect.fail('a diagnostic'))
  const { log, lines } = logging({ masks })
  log.error('no https://me:hunter2@host/', { api_key: 'abc', path: '/logs/cust-12.jsonl', token_type: 'bearer', count: 3 })
  expect(lines[0]).toMatch(
    / msg="no https:\/\/me:\[masked\]@host\/" api_key=\[masked\] path=\/logs\/\[masked\]\.jsonl token_type=bearer count=3\n$/,
  )
})

test('a secret that the cut would halve is masked first', () => {
  const { log, lines } = logging({ format: 'json' })
  log.info('x', { text: `${'a'.repeat(490)} ghp_${'x'.repeat(36)}` })
  expect(JSON.parse(lines[0]!).text).toBe(`${'a'.repeat(490)} [masked]`)
})

test('a long text is cut at 500 characters and says so', () => {
  const { log, lines } = logging({ format: 'json' })
  log.info('m'.repeat(501), { exact: 'e'.repeat(500), long: 'l'.repeat(100_000) })
  const entry = JSON.parse(lines[0]!)
  expect(entry).toMatchObject({ msg: `${'m'.repeat(500)}…`, exact: 'e'.repeat(500), long: `${'l'.repeat(500)}…` })
})

test('a field cannot take the place of the level', () => {
  const { log, lines } = logging({ format: 'json' })
  log.error('x', { level: 'debug' })
  expect(JSON.parse(lines[0]!).level).toBe('error')
})
