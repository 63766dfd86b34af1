/** Sources: state, files, lag, rate, the last event. */
import { bytes, count, counted, duration, rate } from '../figures.ts'
import { foreign, type Html, html, type Part } from '../html.ts'
import type { SourceView } from '../model.ts'
import { chip, nothing, section, table, under } from './table.ts'

const STATES = {
  reading: chip('ok', 'reading'),
  behind: chip('note', 'catching up'),
  idle: chip('ok', 'quiet'),
  down: chip('bad', 'not read'),
}
const SPARK_HEIGHT = 18
const SPARK_SAMPLES = 60

export function sourcesHtml(sources: readonly SourceView[], atMs: number): Html {
  const columns = [
    { title: 'Source' },
    { title: 'State' },
    { title: 'Behind', isNumber: true },
    { title: 'Lines', isNumber: true },
    { title: 'Lines/s', isNumber: true },
    { title: 'Last event', isNumber: true },
  ]
  const items = sources.map((source, i) => ({ key: `source ${i}`, cells: cells(source, atMs), more: more(source) }))
  const content = sources.length === 0 ? nothing('No source.') : table('Sources', columns, items)
  return section('sources', 'Sources', 'Where lines come from, and how far they are read.', content)
}

function cells(source: SourceView, atMs: number): Part[] {
  return [
    [foreign(source.name), under(filesOf(source)), source.mapping.length > 0 && under(foreign(source.mapping.join('; ')))],
    STATES[source.state],
    [source.lagBytes === 0 ? '0' : bytes(source.lagBytes), source.lagSeconds > 0 && under(`for ${duration(source.lagSeconds)}`)],
    count(source.lines),
    [rate(source.rate10), under(`${rate(source.rate60)} over 1 min`), sparkline(source)],
    lastEvent(source, atMs),
  ]
}

function filesOf(source: SourceView): string {
  if (source.kind === 'stdin') return 'standard input'
  if (source.kind === 'docker' && source.openFiles === 0) return counted(source.containers ?? 0, 'container')
  const parts = [counted(source.openFiles, 'file')]
  if (source.rotatedFiles > 0) parts.push(`${source.rotatedFiles} rotated`)
  if (source.unreadableFiles > 0) parts.push(`${source.unreadableFiles} unreadable`)
  if (source.waitingFiles > 0) parts.push(`${source.waitingFiles} waiting`)
  return parts.join(', ')
}

const ENVELOPES: Readonly<Record<string, string>> = {
  docker: "in Docker's json-file records",
  cri: "in a Kubernetes runtime's lines",
  compose: "behind Compose's prefix",
  mixed: 'in envelopes of several kinds',
}

const FORMATS: Readonly<Record<string, string>> = {
  otlp: "a collector's export",
  regex: 'text by patterns',
}

function envelopeText(envelope: string | undefined): string {
  return envelope === undefined ? '' : `, ${ENVELOPES[envelope] ?? envelope}`
}

function formatText(format: SourceView['streams'][number]['format']): string {
  if (format === undefined) return ''
  const name = FORMATS[format.name] ?? format.name
  return format.why === undefined ? `, ${name}` : `, ${name} (found out: ${format.why})`
}

function lastEvent({ lastEventMs }: SourceView, atMs: number): Html | string {
  if (lastEventMs === undefined) return html`<span class="quiet">none yet</span>`
  const at = new Date(lastEventMs).toISOString()
  return html`<time datetime="${at}">${duration(Math.max(0, (atMs - lastEventMs) / 1000))} ago</time>${under(at.slice(0, 19).replace('T', ' '))}`
}

/** Lines of the last minute, second by second. */
function sparkline({ history }: SourceView): Html | false {
  const most = Math.max(...history, 0)
  if (most === 0) return false
  const points = history.map(
    (lines, i) => `${SPARK_SAMPLES - history.length + i},${(SPARK_HEIGHT - 1 - (lines / most) * (SPARK_HEIGHT - 2)).toFixed(1)}`,
  )
  return html`<svg class="spark" viewBox="0 0 ${SPARK_SAMPLES - 1} ${SPARK_HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Lines per second over the last minute, at most ${count(most)}"><polyline points="${points.join(' ')}"/></svg>`
}

function more(source: SourceView): (Html | false)[] {
  const problems = source.problems.map((problem) => html`<li>${foreign(problem)}</li>`)
  const streams = source.streams.map(
    ({ name, readBytes, envelope, format }) =>
      html`<li><code>${foreign(name)}</code> <span class="quiet">${bytes(readBytes)} read${envelopeText(envelope)}${formatText(format)}</span></li>`,
  )
  const patterns = source.patterns.map((pattern) => html`<li><code>${foreign(pattern)}</code></li>`)
  return [
    problems.length > 0 && html`<ul class="problems">${problems}</ul>`,
    patterns.length + streams.length > 0 &&
      html`<details><summary>Paths<span class="unseen"> of source ${foreign(source.name)}</span></summary>
${patterns.length > 0 && html`<p class="quiet">Looks for</p><ul>${patterns}</ul>`}
<p class="quiet">Reads</p><ul>${streams}${streams.length === 0 && html`<li class="quiet">nothing</li>`}${
        source.hiddenStreams > 0 && html`<li class="quiet">and ${count(source.hiddenStreams)} more</li>`
      }</ul></details>`,
  ]
}
