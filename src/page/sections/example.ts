/** A line of the log behind a click: closed until somebody wants it. */
import { duration } from '../figures.ts'
import { foreign, type Html, html } from '../html.ts'
import type { ExampleView } from '../model.ts'

/** `of` completes "Example" for those who do not see what stands around it. */
export function exampleHtml(example: ExampleView, of: string, title = 'Example'): Html {
  return html`<details>
<summary>${title}<span class="unseen"> of ${foreign(of)}</span></summary>
<pre>${foreign(example.text)}</pre>
<p class="quiet">${foreign(example.from)}, ${duration(example.ageSeconds)} ago. Secrets are masked.</p>
</details>`
}
