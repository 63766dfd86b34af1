/**
 * Lines that kill the process: texts that V8 cannot hold in the heap that the exporter is given here, since the mapping allows them. The
 * exporter dies of each until it knows it, then leaves it out; every other line counts once.
 */
import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cri, interleaved } from '../../decode/runtimes.ts'
import { Exporter, MAIN, Scratch, sum, until } from '../../real/workbench.ts'

const HEAP_MEGABYTES = 60
const MAPPING = `version: 1
limits: { line_values: 100000000, line_bytes: 64MiB }
metrics:
  - { name: calls_total, type: counter, event: call, labels: { tool: tool } }
`
/** Three million lists, which are 50 MB and more. */
const BOMB = `{"event":"call","tool":"bomb","x":[${'[],'.repeat(3e6)}1]}\n`
const calls = (tool: string, count: number): string => `${JSON.stringify({ event: 'call', tool })}\n`.repeat(count)

let scratch: Scratch
const running: Exporter[] = []
beforeEach(() => {
  scratch = new Scratch()
  scratch.write('m.yaml', MAPPING)
})
afterEach(async () => {
  for (const exporter of running.splice(0)) await exporter.stop('SIGKILL')
  scratch.remove()
})

/** Starts it until it does not die any more. Answers it and how often it has died. */
async function startUntilItLives(...logs: readonly string[]): Promise<{ exporter: Exporter; deaths: number }> {
  for (let deaths = 0; ; deaths++) {
    const flags = ['--web.listen-address', '127.0.0.1:0', '-c', scratch.file('m.yaml'), '--state.dir', scratch.file('state')]
    const exporter = new Exporter(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, MAIN, 'run', ...flags, ...logs])
    running.push(exporter)
    const isUp = await until('life or death', async () => {
      if (exporter.hasExited) return false
      exporter.url = /address=(http:\/\/127\.0\.0\.1:\d+)/.exec(exporter.stderr)?.[1] ?? ''
      if (exporter.url === '') return undefined
      const ready = await fetch(`${exporter.url}/-/ready`).catch(() => undefined)
      return ready?.status === 200 ? true : undefined
    })
    if (isUp) return { exporter, deaths }
    expect(await exporter.exit).toBe('SIGABRT')
    expect(exporter.stderr).toContain('heap')
    if (deaths === 20) throw new Error(`it still dies: ${exporter.stderr}`)
  }
}

test('each of three poisonous lines in two logs kills it until it is known; nothing else is lost or counted twice', async () => {
  scratch.write('a.log', calls('before', 3000) + BOMB + calls('between', 2000) + BOMB + calls('after', 1000))
  scratch.write('b.log', calls('other', 4000) + BOMB + calls('end', 500))
  const { exporter, deaths } = await startUntilItLives(scratch.file('a.log'), scratch.file('b.log'))
  const text = await exporter.scrape()
  const outcome = Object.fromEntries(
    ['before', 'between', 'after', 'other', 'end', 'bomb'].map((tool) => [tool, sum(text, 'calls_total', `"${tool}"`)]),
  )
  const poisonous = [...exporter.stderr.matchAll(/left out as poison.* file=\S*\/(\w)\.log endsAtByte=(\d+) bytes=(\d+)/g)]
  console.log({ deaths, outcome, leftOut: poisonous.length })
  expect(outcome).toEqual({ before: 3000, between: 2000, after: 1000, other: 4000, end: 500, bomb: 0 })
  // One before anything is known, then two for each line that nothing before it has told.
  expect(deaths).toBeGreaterThanOrEqual(3)
  expect(deaths).toBeLessThanOrEqual(1 + 2 * 3)
  expect(sum(text, 'agentlog_rejected_lines_total', 'reason="poison"')).toBe(poisonous.length)
  expect(poisonous.map(([, log]) => log)).toContain('a')
  const shown = spawnSync(process.execPath, [MAIN, 'state', 'show', '--state.dir', scratch.file('state')], { encoding: 'utf8' })
  expect(shown.stdout.match(/lines left out as poison\n( {2}files .*: \d+ bytes, up to byte \d+\n)+$/)).not.toBeNull()
  expect(await exporter.stop()).toBe(0)
  const again = await startUntilItLives(scratch.file('a.log'), scratch.file('b.log'))
  expect(again.deaths).toBe(0)
  expect(sum(await again.exporter.scrape(), 'calls_total')).toBe(10_500)
})

test('one that came in parts, between lines of another stream, is left out whole; what stands between its parts counts once', async () => {
  const line = (tool: string, stream: 'stdout' | 'stderr') => ({
    stream,
    text: Buffer.from(JSON.stringify({ event: 'call', tool })),
  })
  const others = Array.from({ length: 3000 }, () => line('between', 'stderr'))
  const written = [
    line('before', 'stdout'),
    { stream: 'stdout' as const, text: Buffer.from(BOMB.trimEnd()) },
    ...others,
    line('after', 'stdout'),
  ]
  const lines = interleaved(
    written.flatMap((one) => cri(one, '2026-01-31T12:00:00.1Z')),
    [true, false],
  )
  scratch.write('0.log', Buffer.concat(lines.map(({ bytes }) => bytes)).toString())
  const { exporter, deaths } = await startUntilItLives(scratch.file('0.log'))
  const text = await exporter.scrape()
  const outcome = Object.fromEntries(
    ['before', 'between', 'after', 'bomb'].map((tool) => [tool, sum(text, 'calls_total', `"${tool}"`)]),
  )
  console.log({ deaths, outcome })
  expect(outcome).toEqual({ before: 1, between: 3000, after: 1, bomb: 0 })
  expect(deaths).toBeGreaterThanOrEqual(2)
  expect(deaths).toBeLessThanOrEqual(3)
  expect(exporter.stderr).toContain(`bytes=${BOMB.length - 1}`)
})
