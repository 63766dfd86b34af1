/** The mapping in force, as it was written: every line has an address, so that a rule's place leads to it. */
import { foreign, type Html, html } from '../html.ts'
import type { MappingFileView } from '../model.ts'
import { lineId } from '../places.ts'
import { nothing, section } from './table.ts'

export function mappingHtml(files: readonly MappingFileView[]): Html {
  const content = files.length === 0 ? nothing('No text.') : files.map(fileHtml)
  return section('mapping', 'Mapping in force', 'As it was when it came into force; secrets are masked.', content)
}

function fileHtml({ name, index, lines, hiddenLines }: MappingFileView): Html {
  const shown = lines.map((line, i) => {
    const id = lineId(index, i + 1)
    return html`<span class="line" id="${id}"><a href="#${id}" aria-label="Line ${i + 1}">${i + 1}</a><bdi>${line}</bdi>\n</span>`
  })
  return html`<h3><code>${foreign(name)}</code></h3>
<div class="frame" role="region" aria-label="Text of ${name}" tabindex="0"><pre class="source">${shown}</pre></div>
${hiddenLines > 0 && html`<p class="quiet">and ${hiddenLines} more lines</p>`}`
}
