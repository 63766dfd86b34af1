/** The model → HTML: the part that changes, and the document around it. All links are relative: they hold under any path. */

import type { PageFacts } from './facts.ts'
import { type Html, html } from './html.ts'
import type { PageModel } from './model.ts'
import { eventsHtml } from './sections/events.ts'
import { keptHtml } from './sections/kept.ts'
import { rejectsHtml, skipsHtml } from './sections/losses.ts'
import { metricsHtml } from './sections/metrics.ts'
import { rulesHtml } from './sections/rules.ts'
import { sourcesHtml } from './sections/sources.ts'
import { flowHtml, statusHtml, warningsHtml } from './sections/status.ts'

const SECTIONS = [
  ['sources', 'Sources'],
  ['events', 'Events'],
  ['rules', 'Rules'],
  ['rejected', 'Rejected lines'],
  ['skipped', 'Skipped updates'],
  ['metrics', 'Metrics'],
  ['kept', 'Kept'],
  ['mapping', 'Mapping'],
] as const

export function liveHtml(model: PageModel): Html {
  const warnings = warningsHtml(model.warnings)
  const isUrgent = model.warnings.some(({ level }) => level !== 'note')
  return html`${statusHtml(model)}
${flowHtml(model.flow)}
${isUrgent && warnings}
${sourcesHtml(model.sources, model.atMs)}
${eventsHtml(model)}
${rulesHtml(model.rules)}
${rejectsHtml(model.rejects)}
${skipsHtml(model.skips)}
${metricsHtml(model)}
${keptHtml(model.kept)}
${!isUrgent && warnings}`
}

/** `live` is what `liveHtml` gave. */
export function documentHtml(
  live: Html,
  mapping: Html,
  {
    version,
    telemetryPath,
    pagePath = '/',
    otherPages = [],
  }: Pick<PageFacts, 'version' | 'telemetryPath' | 'pagePath' | 'otherPages'>,
): Html {
  const metrics = telemetryPath === undefined ? [] : [telemetryPath]
  const links = [...metrics, ...otherPages, '/-/healthy', '/-/ready', '/health', '/health/ready']
  const root = pagePath.split('/').length > 2 ? '../'.repeat(pagePath.split('/').length - 2) : './'
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>agentlog-exporter</title>
<link rel="icon" href="${root}page.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}page.css">
<script src="${root}page.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the state</a>
<header>
<h1>agentlog-exporter <small>${version}</small></h1>
<div class="refresh"><span id="offline" role="status"></span><a id="reload" href="${root}${pagePath.slice(1)}">Reload</a><button id="pause" type="button" aria-pressed="false" hidden>Pause</button> </div>
<nav aria-label="Sections"><ul>${SECTIONS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main id="main" tabindex="-1">
<div id="live">${live}</div>
${mapping}
</main>
<footer>
<nav aria-label="Endpoints"><ul>${links.map((path) => html`<li><a href="${root}${path.slice(1)}">${path}</a></li>`)}</ul></nav>
<p class="quiet"><code>agentlog-exporter explain LOG</code> tells of each line what became of it, <code>agentlog-exporter check FILE</code> every mistake of a mapping. README.md, config/reference.md and config/examples of the package say more.</p>
</footer>
</body>
</html>
`
}
