/**
 * Writes lines to standard output at a pace, and notes how long each write kept it waiting: `node pipe-writer.mjs SERIES LINES PER_SECOND
 * REPORT GO`. First one line for each series as fast as it is taken; when the file GO is there, LINES more at their pace. Then it reports, and
 * keeps the pipe open until it is ended.
 */
import { existsSync, writeFileSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const [series, lines, perSecond] = process.argv.slice(2, 5).map(Number)
const [report, go] = process.argv.slice(5)
const line = (n) => Buffer.from(`${JSON.stringify({ event: 'e', x: n, pad: 'x'.repeat(150) })}\n`)

for (let n = 0; n < series; n++) writeSync(1, line(n))
while (!existsSync(go)) await pause(10)
const tookMs = []
const startMs = performance.now()
for (let n = 0; n < lines; n++) {
  const beforeMs = performance.now()
  writeSync(1, line(n % series))
  tookMs.push(performance.now() - beforeMs)
  const aheadMs = startMs + (n / perSecond) * 1000 - performance.now()
  if (aheadMs > 1) await pause(aheadMs)
}
tookMs.sort((a, b) => a - b)
const at = (share) => tookMs[Math.floor(share * (tookMs.length - 1))]
writeFileSync(report, JSON.stringify({ p50: at(0.5), p99: at(0.99), max: at(1) }))
setInterval(() => {}, 1000)
