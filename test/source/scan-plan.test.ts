/** When directories are looked at next, after looks that took so long. */
import { expect, test } from 'vitest'
import { ScanPlan } from '../../src/source/file/scan-plan.ts'

/** After looks that take `tookMs` each, how long after the last one the next begins, if something happened. */
function gapMs(tookMs: number, isOfNames: boolean): number {
  const plan = new ScanPlan(5000)
  for (let i = 0; i < 4; i++) plan.plan(i * 10_000, i * 10_000 + tookMs)
  expect(plan.hasten(isOfNames)).toBe(true)
  expect(plan.hasten(isOfNames)).toBe(false)
  return plan.atMs - (30_000 + tookMs)
}

test.each([
  { tookMs: 0.1, changeMs: 10, namesMs: 10 },
  { tookMs: 3, changeMs: 60, namesMs: 15 },
  { tookMs: 20, changeMs: 400, namesMs: 100 },
  { tookMs: 40, changeMs: 800, namesMs: 800 },
  { tookMs: 400, changeMs: 1000, namesMs: 1000 },
])('looks of $tookMs ms: sooner where a name came or went and looks are cheap', ({ tookMs, changeMs, namesMs }) => {
  expect(gapMs(tookMs, false)).toBeCloseTo(changeMs)
  expect(gapMs(tookMs, true)).toBeCloseTo(namesMs)
})
