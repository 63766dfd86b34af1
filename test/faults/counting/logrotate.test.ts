/**
 * Debian's logrotate in its modes, while an agent writes and the exporter reads: of a log that is renamed no line is lost and none counts
 * twice; of one that is copied and truncated no line is lost that stands in any file.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { isMissing, Running, until } from '../../real/workbench.ts'
import { judged, MAPPING } from '../digits.ts'
import { faultTest } from '../fixture.ts'
import { IS_LONG, SEED } from '../form.ts'
import { exposed, lastingPort } from '../life.ts'
import { linesOnDisk, lossesOf } from '../on-disk.ts'
import { firstLife } from '../random-kills.ts'
import { Writer, type WriterOptions } from '../writer.ts'

const ROTATIONS = IS_LONG ? 200 : 20
const INTERVAL_MS = 300
/** Generations that are named by the second need one each. */
const BY_SECOND_MS = 1050
const LINES_PER_SECOND = 4000
/** Until nothing that was counted wrongly can still come. */
const QUIET_MS = 2000
const PATIENCE_MS = 20_000

/** What gzip says of a log to which its writer has written a last line meanwhile. */
const STILL_WRITTEN = /^error: Compressing program wrote.*\ngzip: stdin: file size changed while zipping\n/gm

interface Mode {
  readonly name: string
  readonly directives: readonly string[]
  /** What the exporter is given, in the folder of the log. Default: all generations. */
  readonly patterns?: readonly string[]
  readonly writer?: Pick<WriterOptions, 'reopens' | 'creates'>
  readonly intervalMs?: number
  /** Rotations one after the other without a pause. Default 1. */
  readonly burst?: number
  /** logrotate decides itself whether it is time. */
  readonly isUnforced?: boolean
  /** Lines may be gone before anybody could read them. */
  readonly truncates?: boolean
}

const BY_NAME = { reopens: 'by name' } as const
const BY_SIGNAL = { reopens: 'by signal' } as const
const BY_SECOND = ['dateext', 'dateformat -%Y%m%d-%s']
const POSTROTATE = ['sharedscripts', 'postrotate', 'kill -HUP $WRITER', 'endscript']

const MODES: readonly Mode[] = [
  { name: 'create, the sixth is deleted', directives: ['create', 'rotate 5'], writer: BY_NAME },
  { name: 'nocreate', directives: ['nocreate'], writer: { ...BY_NAME, creates: true } },
  { name: 'create, compress', directives: ['create', 'compress'], writer: BY_NAME },
  { name: 'create, compress, delaycompress', directives: ['create', 'compress', 'delaycompress'], writer: BY_NAME },
  { name: 'create, dateext', directives: ['create', ...BY_SECOND], writer: BY_NAME, intervalMs: BY_SECOND_MS },
  { name: 'create, olddir', directives: ['create', 'olddir old'], patterns: ['app.log'], writer: BY_NAME },
  { name: 'create, postrotate', directives: ['create', ...POSTROTATE], writer: BY_SIGNAL },
  { name: 'create, postrotate, compress', directives: ['create', 'compress', ...POSTROTATE], writer: BY_SIGNAL },
  { name: 'create, size', directives: ['create', 'size 50k'], writer: BY_NAME, isUnforced: true },
  { name: 'create, bursts of four', directives: ['create'], writer: BY_NAME, burst: 4 },
  { name: 'renamecopy', directives: ['renamecopy', 'create', ...POSTROTATE], writer: BY_SIGNAL },
  { name: 'copy', directives: ['copy'] },
  { name: 'copytruncate', directives: ['copytruncate'], truncates: true },
  { name: 'copytruncate, compress', directives: ['copytruncate', 'compress'], truncates: true },
  { name: 'copytruncate, compress, delaycompress', directives: ['copytruncate', 'compress', 'delaycompress'], truncates: true },
  { name: 'copytruncate, dateext', directives: ['copytruncate', ...BY_SECOND], intervalMs: BY_SECOND_MS, truncates: true },
  { name: 'copytruncate, olddir', directives: ['copytruncate', 'olddir old'], patterns: ['app.log', 'old/*'], truncates: true },
]

async function rotate(command: readonly string[], { burst = 1 }: Mode): Promise<void> {
  for (let i = 0; i < burst; i++) {
    const logrotate = new Running('logrotate', command)
    expect([await logrotate.exit, logrotate.stderr.replace(STILL_WRITTEN, '')]).toEqual([0, ''])
  }
}

faultTest.skipIf(isMissing('logrotate')).concurrent.for(MODES.map((mode) => [mode.name, mode] as const))(
  `${ROTATIONS} rotations by logrotate: %s`,
  async ([name, mode], { scratch, processes }) => {
    const folder = scratch.file('logs')
    mkdirSync(`${folder}/old`, { recursive: true })
    const log = scratch.write('logs/app.log', '')
    const port = await lastingPort()
    const mapping = scratch.write('m.yaml', MAPPING)
    const patterns = (mode.patterns ?? ['app.log*']).map((pattern) => `${folder}/${pattern}`)
    const life = await firstLife({ port, mapping, folder: scratch.file('state'), patterns }, { processes })
    const writer = new Writer({
      log,
      journal: scratch.file('journal'),
      linesPerSecond: LINES_PER_SECOND,
      seed: SEED,
      ...mode.writer,
    })
    processes.push(writer)
    await until('the first line', () => (writer.begun > 0 ? true : undefined))
    const directives = mode.directives.map((directive) => directive.replace('$WRITER', String(writer.child.pid)))
    const configuration = scratch.write('logrotate.conf', `${log} {\nrotate 10000\n${directives.join('\n')}\n}\n`)
    const command = ['-s', scratch.file('status'), ...(mode.isUnforced ? [] : ['-f']), configuration]
    for (let i = 0; i < ROTATIONS; i++) {
      await pause(mode.intervalMs ?? INTERVAL_MS)
      await rotate(command, mode)
    }
    const lines = await writer.finish()
    const onDisk = linesOnDisk(folder)
    const losses = async () => lossesOf(judged((await exposed(port)) ?? '', lines), lines, onDisk)
    const isAllCounted = async (): Promise<true | undefined> => {
      const { lost, lostThoughOnDisk } = await losses()
      return lostThoughOnDisk === 0 && (mode.truncates || lost === 0) ? true : undefined
    }
    await until('all lines', isAllCounted, PATIENCE_MS).catch(() => undefined)
    await pause(QUIET_MS)
    const files = readdirSync(folder, { recursive: true }).length
    const outcome = { test: `logrotate, ${name}`, seed: SEED, lines, files, ...(await losses()) }
    console.log(JSON.stringify(outcome))
    expect(outcome).toMatchObject({ double: 0, lostThoughOnDisk: 0, ...(mode.truncates ? {} : { lost: 0 }) })
    expect(files).toBeGreaterThan(5)
    expect(await life.stop('SIGTERM')).toBe(0)
  },
)
