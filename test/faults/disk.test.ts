/**
 * The record's disk is full, read-only, forbidden or broken, under the running program: it serves on with live numbers and says that they
 * are not durable; when the disk works again they are within five seconds; and whenever it is killed, what it then counts is the truth.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Exporter, isMissing, MAIN, Running, Scratch, sum, until } from '../real/workbench.ts'

const LONGEST_RECOVERY_MS = 5000
const OTHER_USER = 12_345
const MAPPING = `version: 1
metrics:
  - { name: bits_total, type: counter, event: e, labels: { word: word }, value: bit }
`
const isRoot = process.geteuid?.() === 0
const UNSHARE = isRoot ? ['-m'] : ['-Urm']
const cannotMount =
  isMissing('unshare', 'nsenter', 'mount') || cannot('unshare', [...UNSHARE, 'mount', '-t', 'tmpfs', 'none', '/mnt'])
const cannotChangeUser = isMissing('setpriv') || !isRoot

function cannot(command: string, args: readonly string[]): boolean {
  const isSo = spawnSync(command, args).status !== 0
  if (isSo && process.env.CI === 'true') throw new Error(`this does not work here: ${command} ${args.join(' ')}`)
  return isSo
}

let scratch: Scratch
const running: Running[] = []
let lineCount: number
beforeEach(() => {
  scratch = new Scratch()
  scratch.write('m.yaml', MAPPING)
  lineCount = 0
  write(100)
})
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop('SIGKILL')
  scratch.remove()
})

/** Line n is bit n of a number, ten bits to a series: a loss and a double cannot cancel each other out. */
function write(lines: number): void {
  let text = ''
  for (let n = lineCount; n < lineCount + lines; n++)
    text += `{"event":"e","word":"${Math.floor(n / 10)} ${'-'.repeat(60)}","bit":${2 ** (n % 10)}}\n`
  lineCount += lines
  appendFileSync(scratch.file('a.log'), text)
}

/** What the exposition has of the lines: each once, or not. */
function judged(text: string): { lost: number; double: number } {
  const words = new Map(
    [...text.matchAll(/^bits_total\{word="(\d+) -+"\} (\d+)$/gm)].map(([, word, bits]) => [word, Number(bits)]),
  )
  const outcome = { lost: 0, double: 0 }
  for (let word = 0; word * 10 < lineCount; word++) {
    const bits = words.get(String(word)) ?? 0
    const all = 2 ** Math.min(10, lineCount - word * 10) - 1
    if (bits > all) outcome.double++
    for (let bit = 0; 2 ** bit <= all; bit++) if ((bits >> bit) % 2 === 0) outcome.lost++
  }
  return outcome
}

/** Whatever is answered: while a torn entry's lines are read again that is 503. */
async function scraped(exporter: Exporter): Promise<string> {
  return (await fetch(`${exporter.url}/metrics`)).text()
}

const EXACT = { lost: 0, double: 0 }

async function start(command: string, ...before: readonly string[]): Promise<Exporter> {
  const flags = ['--web.listen-address', '127.0.0.1:0', '-c', scratch.file('m.yaml'), '--state.dir', scratch.file('state')]
  const exporter = new Exporter(command, [...before, MAIN, 'run', ...flags, scratch.file('a.log')])
  running.push(exporter)
  exporter.url = await until('the address', () => {
    if (exporter.hasExited) throw new Error(`the exporter ended: ${exporter.stderr}`)
    return /address=(http:\/\/127\.0\.0\.1:\d+)/.exec(exporter.stderr)?.[1]
  })
  return exporter
}

/** All lines are in the numbers, which are durable or not, or whichever. */
async function caughtUp(exporter: Exporter, isDurable?: boolean): Promise<string> {
  const line = isDurable === undefined ? 'agentlog_state_durable ' : `agentlog_state_durable ${isDurable ? 1 : 0}\n`
  return until(`all lines, with ${line}`, async () => {
    const text = await scraped(exporter)
    return text.includes(line) && judged(text).lost === 0 ? text : undefined
  })
}

async function expectRecovery(exporter: Exporter, what: string): Promise<void> {
  const startMs = performance.now()
  await until('durable numbers', async () =>
    (await scraped(exporter)).includes('agentlog_state_durable 1\n') ? true : undefined,
  )
  const tookMs = performance.now() - startMs
  console.log(`${what}: durable again after ${tookMs.toFixed(0)} ms`)
  expect(tookMs).toBeLessThan(LONGEST_RECOVERY_MS)
}

/** A file system in memory of 64 KB in the record's place, for whoever is started through it. */
class SmallDisk {
  readonly #holder: Running
  readonly #enter: readonly string[]

  static async mount(): Promise<SmallDisk> {
    mkdirSync(scratch.file('state'), { mode: 0o700 })
    const script = `mount -t tmpfs -o size=64k,mode=700 none ${scratch.file('state')} && echo mounted && exec sleep 1000`
    const holder = new Running('unshare', [...UNSHARE, 'sh', '-c', script])
    running.push(holder)
    await until('the mount', () => holder.stdout.includes('mounted') || undefined)
    return new SmallDisk(holder)
  }

  constructor(holder: Running) {
    this.#holder = holder
    this.#enter = isRoot ? ['-m'] : ['-U', '--preserve-credentials', '-m']
  }

  start(): Promise<Exporter> {
    return start('nsenter', ...this.#enter, '-t', String(this.#holder.child.pid), process.execPath)
  }

  do(script: string): void {
    const args = [...this.#enter, '-t', String(this.#holder.child.pid), 'sh', '-c', `cd ${scratch.file('state')} && ${script}`]
    const { status, stderr } = spawnSync('nsenter', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${script}: ${stderr}`)
  }
}

const FILL = 'dd if=/dev/zero of=fill bs=1k 2>/dev/null || true'

test.skipIf(cannotMount)('a disk of 64 KB that is full, is full at a start, and has room again', async () => {
  const disk = await SmallDisk.mount()
  let exporter = await disk.start()
  await caughtUp(exporter, true)
  disk.do(FILL)
  write(400)
  const live = await caughtUp(exporter, false)
  expect(sum(live, 'agentlog_state_commits_total', 'outcome="failed"')).toBeGreaterThan(0)
  expect(await (await fetch(exporter.url)).text()).toContain('The durable record cannot be written')
  expect(exporter.stderr).toContain('code=ENOSPC')
  disk.do('rm fill')
  await expectRecovery(exporter, 'room again')
  disk.do(FILL)
  write(600)
  await caughtUp(exporter, false)
  await exporter.stop('SIGKILL')
  // What was not durable is counted again from the log, once.
  write(100)
  exporter = await disk.start()
  expect(judged(await caughtUp(exporter, false))).toEqual(EXACT)
  disk.do('rm fill')
  await expectRecovery(exporter, 'room again after a start without any')
  await exporter.stop('SIGKILL')
  write(100)
  exporter = await disk.start()
  expect(judged(await caughtUp(exporter, true))).toEqual(EXACT)
  expect(await exporter.stop()).toBe(0)
})

test.skipIf(cannotMount)('a record that grows past its disk stops nothing, over several deaths', async () => {
  const disk = await SmallDisk.mount()
  const durable: boolean[] = []
  for (let life = 0; life < 8; life++) {
    const exporter = await disk.start()
    write(1000)
    const text = await caughtUp(exporter)
    expect(judged(text)).toEqual(EXACT)
    durable.push(text.includes('agentlog_state_durable 1\n'))
    await exporter.stop('SIGKILL')
  }
  console.log({ durable: durable.join(' ') })
  // The series alone need more than there is in the end.
  expect([durable[0], durable.at(-1)]).toEqual([true, false])
})

test.skipIf(cannotMount)('a disk that becomes read-only and writable again', async () => {
  const disk = await SmallDisk.mount()
  let exporter = await disk.start()
  await caughtUp(exporter, true)
  await exporter.stop('SIGKILL')
  disk.do(`cd / && mount -o remount,ro ${scratch.file('state')}`)
  write(200)
  exporter = await disk.start()
  expect(judged(await caughtUp(exporter, false))).toEqual(EXACT)
  disk.do(`cd / && mount -o remount,rw ${scratch.file('state')}`)
  await expectRecovery(exporter, 'writable again')
  await exporter.stop('SIGKILL')
  write(100)
  exporter = await disk.start()
  expect(judged(await caughtUp(exporter, true))).toEqual(EXACT)
})

test.skipIf(cannotChangeUser)('a folder that may not be written, and later may', async () => {
  const folder = scratch.file('state')
  mkdirSync(folder, { mode: 0o700 })
  for (const path of [scratch.path, folder]) chownSync(path, OTHER_USER, OTHER_USER)
  chmodSync(folder, 0o500)
  const asOther = (): Promise<Exporter> =>
    start('setpriv', '--reuid', `${OTHER_USER}`, '--regid', `${OTHER_USER}`, '--clear-groups', process.execPath)
  let exporter = await asOther()
  await caughtUp(exporter, false)
  expect(exporter.stderr).toContain('code=EACCES')
  chmodSync(folder, 0o700)
  await expectRecovery(exporter, 'allowed again')
  await exporter.stop('SIGKILL')
  // A record that cannot be read is not written over: it is true, and these numbers do not go on from it.
  chmodSync(folder, 0o000)
  write(50)
  exporter = await asOther()
  await caughtUp(exporter, false)
  chmodSync(folder, 0o700)
  await until('a word about the record', () => exporter.stderr.includes('could not be read at the start') || undefined)
  expect(await exporter.stop()).toBe(0)
  write(50)
  expect(judged(await caughtUp(await asOther(), true))).toEqual(EXACT)
})

test('any call that fails, with any error, under the running program', async () => {
  const order = scratch.file('order')
  Object.assign(process.env, { FAILING_FOLDER: scratch.file('state'), FAILING_CALL: order })
  const failing = (): Promise<Exporter> => start(process.execPath, '--import', join(import.meta.dirname, 'failing-disk.mjs'))
  let exporter = await failing()
  await caughtUp(exporter, true)
  const refused: string[] = []
  for (const fault of [
    'write EIO',
    'write EDQUOT',
    'fsync EIO',
    'every EIO',
    'open EMFILE',
    'every EACCES',
    'ftruncate EIO',
    'rename EXDEV',
    'unlink EBUSY',
    'readdir EIO',
    'fstat EIO',
  ]) {
    writeFileSync(order, fault)
    write(40)
    await until(`all lines under ${fault}`, async () => (judged(await scraped(exporter)).lost === 0 ? true : undefined))
    if ((await scraped(exporter)).includes('agentlog_state_durable 0\n')) refused.push(fault)
    rmSync(order)
    await expectRecovery(exporter, fault)
    // The same fault at the death and at the next start.
    writeFileSync(order, fault)
    write(40)
    await until(`all lines under ${fault}`, async () => (judged(await scraped(exporter)).lost === 0 ? true : undefined))
    await exporter.stop('SIGKILL')
    rmSync(order)
    exporter = await failing()
    expect([fault, judged(await caughtUp(exporter, true))]).toEqual([fault, EXACT])
  }
  console.log({ refused })
  expect(refused).toEqual(expect.arrayContaining(['write EIO', 'write EDQUOT', 'every EIO', 'every EACCES']))
})
