/** Which headers are a login, and which user and password they hold. */
import { expect, test } from 'vitest'
import { readCredentials } from '../../../src/server/guard/basic-credentials.ts'

const encoded = (text: string): string => Buffer.from(text).toString('base64')

test.each([
  ['alice:secret', { user: 'alice', password: 'secret' }],
  ['alice:se:cr:et', { user: 'alice', password: 'se:cr:et' }],
  [':', { user: '', password: '' }],
  ['ä:€😀', { user: 'ä', password: '€😀' }],
  ['\ufeffa:b', { user: '\ufeffa', password: 'b' }],
])('%s', (text, expected) => {
  expect(readCredentials(`Basic ${encoded(text)}`)).toEqual(expected)
  expect(readCredentials(`bAsIc ${encoded(text)}`)).toEqual(expected)
})

test('no header, or an empty one, is no login at all', () => {
  expect([readCredentials(undefined), readCredentials('')]).toEqual(['missing', 'missing'])
})

test.each([
  'Basic',
  'Basic ',
  `Bearer ${encoded('a:b')}`,
  `Basic  ${encoded('a:b')}`,
  `Basic${encoded('a:b')}`,
  `Basic ${encoded('alice')}`,
  'Basic YTpi=',
  'Basic YTp',
  'Basic YTpi\u0000',
  'Basic _-_-',
  `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`,
  `Basic ${encoded(`a:${'x'.repeat(5000)}`)}`,
])('%j is none', (header) => {
  expect(readCredentials(header)).toBe('malformed')
})
