/** The template: whatever is put in comes out as text. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breakable, escapeHtml, foreign, html } from '../../src/page/html.ts'

test('parts are escaped, markup is not, lists are joined, false and undefined are nothing', () => {
  const inner = html`<b>${'<'}</b>`
  expect(html`<p title="${'"'}">${inner}${[1, 'a&b']}${false}${undefined}</p>`.text).toBe(
    '<p title="&#34;"><b>&#60;</b>1a&#38;b</p>',
  )
})

test('escaped text holds nothing that markup, a reader or a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"'`\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/)
    }),
  )
})

test('text that is harmless stays as it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w äöü日本語 .,:;/=(){}[\]-]*$/), (text) => {
      expect(escapeHtml(text)).toBe(text)
    }),
  )
})

test('directions, halves of characters and towers of marks become signs', () => {
  expect(escapeHtml('a\u202eb\ud800c\u{e0041}')).toBe('a\ufffdb\ufffdc\ufffd')
  expect(escapeHtml(`e${'\u0301'.repeat(3000)}`)).toBe(`e${'\u0301'.repeat(4)}\ufffd`)
})

test('text of others stands in an element of its own, and names break after their joints', () => {
  expect(foreign('<').text).toBe('<bdi>&#60;</bdi>')
  expect(breakable('agent_tool__calls.x').text).toBe('<bdi>agent_<wbr>tool__<wbr>calls.<wbr>x</bdi>')
})
