/**
 * What happens to containers while the built exporter counts their lines: started again, killed, renamed, removed, made anew under the same name,
 * with a terminal, with other logging drivers. Read from the daemon's files and through its interface.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { importAgent } from './docker-agent.ts'
import { accountOf, dockTest, EXACT, firstLines } from './docker-fixture.ts'
import { countsBy } from './docker-lives.ts'
import { cannotDock, Dockerd } from './dockerd.ts'
import { Scratch, sum } from './workbench.ts'

const cannotRun = cannotDock('busybox')
/** As long as an agent prints before something happens to it. */
const WHILE_MS = 400
/** Long enough for an exporter to know of a container. */
const LINES = 1000
const AT_ONCE = 1_000_000
/** Messages of which the head was read, and the rest before it was known to be one. */
const MOST_TORN = 8

let daemon: Dockerd
let image: Scratch
beforeAll(async () => {
  if (cannotRun) return
  image = new Scratch()
  daemon = await Dockerd.start()
  importAgent(daemon, image)
})
afterAll(async () => {
  await daemon?.stop()
  image?.remove()
})

const READS = cannotRun ? [] : (['api', 'files'] as const)
describe.for(READS)('read from %s', (read) => {
  dockTest.concurrent('a container that is started again, stopped, killed and started', async ({ follow, run }) => {
    const name = `again-${read}`
    const lives = await follow(daemon, read, name)
    const agent = await run(daemon, { name })
    for (const command of ['restart', 'kill', 'start', 'restart', 'stop', 'start']) {
      await pause(WHILE_MS)
      await daemon.meanwhile(command, name)
    }
    await pause(WHILE_MS)
    await agent.finish()
    expect(await accountOf(`started again, ${read}`, lives, (await agent.given()).keys())).toMatchObject(EXACT)
  })

  dockTest.concurrent('a container that is renamed has its new name on what it prints then', async ({ follow, run }) => {
    const [before, after] = [`ship-${read}-one`, `ship-${read}-two`]
    const lives = await follow(daemon, read, `ship-${read}-*`)
    const agent = await run(daemon, { name: before, lines: LINES })
    await agent.ended()
    expect(await accountOf(`before a rename, ${read}`, lives, firstLines(LINES))).toMatchObject(EXACT)
    await daemon.meanwhile('rename', before, after)
    await daemon.meanwhile('start', agent.id)
    await agent.ended()
    const { text, ...account } = await accountOf(`after a rename, ${read}`, lives, firstLines(2 * LINES))
    expect(account).toMatchObject(EXACT)
    expect(countsBy(text, 'by_name_total')).toEqual({ [before]: LINES, [after]: LINES })
  })

  dockTest.concurrent('a container that is renamed while it prints', async ({ follow, run }) => {
    const lives = await follow(daemon, read, `boat-${read}-*`)
    const agent = await run(daemon, { name: `boat-${read}-0` })
    for (let i = 1; i < 4; i++) {
      await pause(3 * WHILE_MS)
      await daemon.meanwhile('rename', agent.id, `boat-${read}-${i}`)
    }
    await pause(3 * WHILE_MS)
    const lines = await agent.finish()
    const { text, ...account } = await accountOf(`renamed while it prints, ${read}`, lives, firstLines(lines))
    expect(account).toMatchObject(EXACT)
    const names = countsBy(text, 'by_name_total')
    expect(Object.keys(names).sort()).toEqual([0, 1, 2, 3].map((i) => `boat-${read}-${i}`))
  })

  dockTest.concurrent('a container that is made anew under its name', async ({ follow, run }) => {
    const name = `anew-${read}`
    const lives = await follow(daemon, read, name)
    const first = await run(daemon, { name, lines: LINES })
    await first.ended()
    expect(await accountOf(`the first of its name, ${read}`, lives, firstLines(LINES))).toMatchObject(EXACT)
    await daemon.meanwhile('rm', name)
    await first.run()
    await first.ended()
    const { text, ...account } = await accountOf(`the second of its name, ${read}`, lives, firstLines(2 * LINES))
    expect(account).toMatchObject(EXACT)
    expect(countsBy(text, 'by_name_total')).toEqual({ [name]: 2 * LINES })
  })

  dockTest.concurrent('a container that goes when it ends', async ({ follow, run }) => {
    const name = `gone-${read}`
    const lives = await follow(daemon, read, name)
    const agent = await run(daemon, { name, flags: ['--rm'], lines: 3 * LINES })
    await agent.ended()
    const account = await accountOf(`--rm, ${read}`, lives, firstLines(3 * LINES), 3000)
    expect(account).toMatchObject({ double: 0, more: 0, decreases: 0 })
    // Through the interface the last lines race with the removal.
    expect(account.lost).toBeLessThan(read === 'files' ? 1 : LINES)
  })

  dockTest.concurrent('a container that prints all at once and goes', async ({ follow, run }) => {
    const name = `flash-${read}`
    const lives = await follow(daemon, read, name)
    const agent = await run(daemon, { name, flags: ['--rm'], lines: LINES, perSecond: AT_ONCE })
    await agent.ended()
    const account = await accountOf(`--rm at once, ${read}`, lives, firstLines(LINES), 3000)
    expect(account).toMatchObject({ double: 0, more: 0, decreases: 0 })
  })

  dockTest.concurrent('a terminal', async ({ follow, run }) => {
    const name = `tty-${read}`
    const lives = await follow(daemon, read, name)
    const agent = await run(daemon, { name, flags: ['--tty'] })
    await pause(WHILE_MS)
    await daemon.meanwhile('restart', name)
    await pause(WHILE_MS)
    await agent.finish()
    const given = await agent.given()
    expect(given.size).toBeGreaterThan(100)
    expect(await accountOf(`terminal, ${read}`, lives, given.keys())).toMatchObject(EXACT)
  })

  dockTest.concurrent('what had ended before the exporter began', async ({ follow, run }) => {
    const name = `past-${read}`
    const agent = await run(daemon, { name, lines: LINES, perSecond: AT_ONCE })
    await agent.ended()
    const lives = await follow(daemon, read, name)
    expect(await accountOf(`ended before, ${read}`, lives, firstLines(LINES))).toMatchObject(EXACT)
    await lives.kill()
    expect(await accountOf(`ended before, killed, ${read}`, lives, firstLines(LINES))).toMatchObject(EXACT)
  })

  dockTest.concurrent('a container without a log is named', async ({ follow, run }) => {
    const name = `mute-${read}`
    const lives = await follow(daemon, read, name)
    const agent = await run(daemon, { name, flags: ['--log-driver', 'none'] })
    await lives.warned((text) => text.includes(name) && /log(ging)? driver/.test(text))
    const { text, ...account } = await accountOf(`driver none, ${read}`, lives, [])
    expect(account).toMatchObject(EXACT)
    expect(sum(text, 'agentlog_docker_containers', 'state="unreadable"')).toBe(1)
    await agent.finish()
  })
})

describe.skipIf(cannotRun)('the driver local', () => {
  dockTest.concurrent.for(['api', 'auto'] as const)('is read through the interface: %s', async (read, { follow, run }) => {
    const name = `local-${read}`
    const lives = await follow(daemon, read, name)
    const agent = await run(daemon, { name, flags: ['--log-driver', 'local'] })
    await pause(WHILE_MS)
    await lives.kill()
    await pause(WHILE_MS)
    await daemon.meanwhile('restart', name)
    await pause(WHILE_MS)
    await agent.finish()
    expect(await accountOf(`driver local, ${read}`, lives, (await agent.given()).keys())).toMatchObject(EXACT)
  })

  dockTest.concurrent('is named where only files are read', async ({ follow, run }) => {
    const lives = await follow(daemon, 'files', 'local-files')
    await run(daemon, { name: 'local-files', flags: ['--log-driver', 'local'], lines: LINES })
    await lives.warned((text) => text.includes('local-files') && /log driver/.test(text))
  })
})

describe.skipIf(cannotRun)('files that the daemon rotates', () => {
  dockTest.concurrent.for([
    ['one file', ['max-size=200k']],
    ['three files', ['max-size=200k', 'max-file=3']],
    ['ten files, packed', ['max-size=200k', 'max-file=10', 'compress=true']],
  ] as const)('%s', async ([what, options], { follow, run }) => {
    const name = what.replaceAll(/\W+/g, '-')
    const lives = await follow(daemon, 'files', name)
    const agent = await run(daemon, { name, flags: options.flatMap((option) => ['--log-opt', option]) })
    await pause(10 * WHILE_MS)
    const lines = await agent.finish()
    const { lostLines, ...account } = await accountOf(what, lives, firstLines(lines))
    expect(account).toMatchObject({ double: 0, more: 0, decreases: 0 })
    const { lines: onDisk } = agent.onDisk
    // On a busy machine a generation may be begun and deleted between two looks.
    expect(lostLines.filter((n) => onDisk.has(n))).toEqual([])
    // One that was packed meanwhile is read, but not the message that is torn between it and the one before.
    expect(lostLines.length).toBeLessThanOrEqual(what.endsWith('packed') ? MOST_TORN : lines / 4)
  })
})
