/** Who is not at this machine sees names and counts, and no text of a line. */
import { expect, test } from 'vitest'
import { NOT_SHOWN } from '../../src/page/without-lines.ts'
import { pageOf } from './page-of.ts'

test('lines, and what conditions found in them, are shown to who is near alone', async () => {
  const page = await pageOf({ presets: ['agent'] })
  page.read(
    { event: 'tool_invocatoin', note: 'words of a line' },
    { event: 'sandbox_violation', kind: 'x', note: 'words of a line' },
    { event: 'conversation_ended', note: 'words of a line' },
    'words of a line that is none',
    '{"event":"words of a line',
  )
  page.wait(2)
  for (const text of [page.page.document(true), page.page.live(true)]) expect(text).toContain('words of a line')
  for (const text of [page.page.document(false), page.page.live(false)]) {
    expect(text).not.toContain('words of a line')
    expect(text).toContain(NOT_SHOWN)
    expect(text).toContain('tool_invocatoin')
  }
})
