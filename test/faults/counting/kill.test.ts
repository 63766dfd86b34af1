/**
 * The built exporter, killed at random moments while another process writes and rotates a log: no line is lost, none counts twice, and no
 * scraper ever sees a counter fall or stand above the truth. Neither of objects over several lines, which rotation tears.
 */
import { expect } from 'vitest'
import { sum } from '../../real/workbench.ts'
import { judged, MAPPING } from '../digits.ts'
import { faultTest } from '../fixture.ts'
import { SEED } from '../form.ts'
import { lastingPort, urlOf } from '../life.ts'
import { linesOnDisk, lossesOf } from '../on-disk.ts'
import { firstLife, KILLS, killAtRandom, LINES, settled, startWriter } from '../random-kills.ts'
import { Scraper } from '../scraper.ts'

faultTest.concurrent.for([
  ['every generation matches', 'app.log*', false],
  ['only the live name matches', 'app.log', false],
  ['objects over several lines', 'app.log*', true],
] as const)(
  `${KILLS} kills while ${LINES} lines are written and rotated: %s`,
  async ([title, pattern, isPretty], { scratch, processes }) => {
    const port = await lastingPort()
    const mapping = scratch.write('m.yaml', MAPPING)
    const flags = { port, mapping, folder: scratch.file('state'), patterns: [scratch.file(pattern)] }
    scratch.write('app.log', '')
    const first = await firstLife(flags, { processes })
    const writer = startWriter({ scratch, processes }, isPretty)
    const scraper = new Scraper(urlOf(port), () => writer.begun)
    const { life, kills } = await killAtRandom(first, flags, { scratch, processes })
    const lines = await writer.finish(LINES)
    const exposition = await settled(port, lines)
    await scraper.stop()
    const losses = lossesOf(judged(exposition, lines), lines, linesOnDisk(scratch.path))
    const { decreases, aboveTruth, scrapes } = scraper
    const outcome = {
      test: `kill, ${title}`,
      seed: SEED,
      lines,
      ...losses,
      decreases,
      aboveTruth,
      scrapes,
      kills,
      // Two kills that hit the same line in hand leave it out, and say so.
      leftOut: sum(exposition, 'agentlog_rejected_lines_total', 'reason="poison"'),
    }
    console.log(JSON.stringify(outcome))
    expect(outcome).toMatchObject({ lost: 0, double: 0, notInAnyFile: 0, lostThoughOnDisk: 0, decreases: 0, aboveTruth: 0 })
    expect(scrapes).toBeGreaterThan(KILLS)
    expect(kills.serving).toBeGreaterThan(0)
    expect(kills.starting).toBeGreaterThan(0)
    expect(await life.stop('SIGTERM')).toBe(0)
  },
)
