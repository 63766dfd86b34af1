/** How the page looks: calm, in the colours that the reader's system asks for, on a phone, a screen and on paper. */
export const PAGE_STYLE = `:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f7f9; --line: #e2e5ea; --text: #1b1f26; --quiet: #5d6673; --link: #1a5fb4;
  --ok: #1e7b42; --note: #4b5563; --warning: #93590a; --bad: #b3261e;
  --ok-ground: #e7f4ec; --note-ground: #eef0f3; --warning-ground: #fcf1dd; --bad-ground: #fbe9e7;
  --mark: #fff3bf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --raised: #1b1f26; --line: #2e343e; --text: #e4e7ec; --quiet: #9aa4b2; --link: #8ab8f5;
    --ok: #7fd19e; --note: #aab3c0; --warning: #f0bf6a; --bad: #f59a92;
    --ok-ground: #17301f; --note-ground: #262c35; --warning-ground: #362a14; --bad-ground: #3d1f1c;
    --mark: #4a4216;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1.5rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .87em; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
ul, ol { margin: 0; padding: 0; list-style: none; }
p { margin: 0; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: .5rem 1rem; background: var(--ground); border: 1px solid var(--line); z-index: 1; }
.skip:focus { top: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet, .lead { color: var(--quiet); }

header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.5rem; padding: 1.25rem 0 .75rem; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 1rem; font-weight: 600; }
h1 small { font-weight: 400; color: var(--quiet); }
header nav { flex: 1 1 100%; }
nav ul { display: flex; flex-wrap: wrap; gap: .125rem 1.25rem; }
.refresh { margin-left: auto; display: flex; gap: .75rem; align-items: baseline; }
.refresh #offline:not(:empty) { color: var(--bad); }
button { font: inherit; color: var(--text); background: var(--raised); border: 1px solid var(--line); border-radius: 5px; padding: .05rem .65rem; cursor: pointer; }
button[aria-pressed=true] { border-color: var(--link); color: var(--link); }
[hidden] { display: none; }

.status { margin: 1.75rem 0 1.25rem; padding-left: 1rem; border-left: 4px solid var(--note); }
.status.ok { border-color: var(--ok); } .status.warning { border-color: var(--warning); } .status.bad { border-color: var(--bad); }
.sentence { font-size: 1.4rem; line-height: 1.35; font-weight: 600; letter-spacing: -.01em; text-wrap: balance; }
.sentence a { color: inherit; }
.sentence a::after { content: " \\2193"; color: var(--quiet); font-weight: 400; }

.flow { display: grid; grid-template-columns: repeat(4, 1fr); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.flow > li { padding: .85rem 1rem; background: var(--raised); border-left: 1px solid var(--line); }
.flow > li:first-child { border-left: 0; }
.step { display: block; color: inherit; }
.step span { color: var(--quiet); font-size: .87rem; }
.step b { display: block; font-size: 1.5rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.flow ul { margin-top: .25rem; font-size: .87rem; color: var(--quiet); font-variant-numeric: tabular-nums; }

section { margin: 2.5rem 0; }
h2 { margin: 0 0 .15rem; font-size: 1.15rem; font-weight: 600; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; font-weight: 500; }
.lead { margin-bottom: .65rem; max-width: 46rem; }
.nothing { color: var(--quiet); padding: .6rem 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.frame { overflow-x: auto; }
.after { margin-top: .75rem; }
.mending { margin-top: 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem 1rem .5rem 0; text-align: left; vertical-align: baseline; font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--quiet); font-size: .87rem; padding-top: .35rem; padding-bottom: .35rem; white-space: nowrap; }
tbody { border-top: 1px solid var(--line); }
table { border-bottom: 1px solid var(--line); }
tbody th { min-width: 14rem; font-weight: 500; }
td > a > code { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.under { display: block; color: var(--quiet); font-size: .87rem; font-weight: 400; }
.more td { padding: 0 0 .6rem; color: var(--text); }
.more p, .more li { max-width: 52rem; }
.more li { padding-left: 1rem; }
.alarming { color: var(--warning); font-weight: 600; }
.chip { display: inline-block; padding: 0 .5rem; border-radius: 4px; font-size: .87rem; white-space: nowrap; color: var(--note); background: var(--note-ground); }
.chip.ok { color: var(--ok); background: var(--ok-ground); }
.chip.warning { color: var(--warning); background: var(--warning-ground); }
.chip.bad { color: var(--bad); background: var(--bad-ground); }
.problems { color: var(--bad); }
.warnings li { display: grid; grid-template-columns: 5.5rem 1fr; gap: .75rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.warnings li:last-child { border-bottom: 1px solid var(--line); }
.warnings li > .chip { justify-self: start; align-self: start; }
.names { display: flex; flex-wrap: wrap; gap: .15rem 1rem; }
.more .names li { padding-left: 0; }
.labels { margin: .25rem 0 0; }
.labels > div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .75rem; padding: .15rem 0; }
.labels dd { margin: 0; }
.spark { display: block; margin: .2rem 0 0 auto; width: 6rem; height: 18px; overflow: visible; }
.spark polyline { fill: none; stroke: var(--link); stroke-width: 1.25; vector-effect: non-scaling-stroke; }
meter { display: block; margin: .2rem 0 0 auto; width: 5rem; height: .5rem; }
details { margin-top: .15rem; }
summary { display: inline-block; cursor: pointer; color: var(--link); font-size: .87rem; }
summary::before { content: "\\25b8"; display: inline-block; width: 1em; color: var(--quiet); }
details[open] > summary::before { content: "\\25be"; }
summary::-webkit-details-marker { display: none; }
pre { margin: .35rem 0; padding: .6rem .75rem; max-height: 22rem; overflow: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; }
pre.source { padding: .6rem 0; max-height: none; white-space: pre; width: max-content; min-width: 100%; overflow: visible; }
.line { display: block; padding-right: 1rem; scroll-margin-top: 6rem; }
.line > a { display: inline-block; width: 3.5rem; padding-right: 1rem; text-align: right; color: var(--quiet); user-select: none; -webkit-user-select: none; }
.line:target { background: var(--mark); }
footer { margin: 3rem 0 2rem; padding-top: 1rem; border-top: 1px solid var(--line); display: grid; gap: .35rem; }

@media (max-width: 44rem) {
  body { padding: 0 1rem; }
  .flow { grid-template-columns: 1fr 1fr; }
  .flow > li:nth-child(3) { border-left: 0; }
  .flow > li:nth-child(n + 3) { border-top: 1px solid var(--line); }
  .sentence { font-size: 1.2rem; }
  .warnings li { grid-template-columns: 1fr; gap: .25rem; }
  .labels > div { grid-template-columns: 1fr; gap: 0; }
  table, tbody, tr, td, tbody th { display: block; min-width: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody { padding: .6rem 0; }
  tbody th, td, th:last-child, td:last-child { padding: .1rem 0; }
  td[data-title] { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0 .75rem; text-align: left; }
  td[data-title]::before { content: attr(data-title); grid-row: 1 / span 4; color: var(--quiet); font-size: .87rem; }
  td[data-title] > * { grid-column: 2; justify-self: start; }
  td[data-title]:empty { display: none; }
  .number { white-space: normal; }
  .spark, meter { margin-left: 0; }
  .more td { padding-top: .25rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .refresh, .skip, nav, footer p { display: none; }
  .frame { overflow: visible; }
  pre, pre.source { white-space: pre-wrap; max-height: none; width: auto; }
  tbody, .flow, .warnings li { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`

/** A small picture for the tab: lines that become a point. */
export const PAGE_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#1a5fb4"/><path d="M3 4.5h5M3 8h5M3 11.5h5" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/><circle cx="12" cy="8" r="1.9" fill="#fff"/></svg>
`
