/** Alternative names of certificates: all kinds, as Go writes them, and none that a certificate only seems to have. */
import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { alternativeNames, parseAlternativeNames } from '../../../src/server/guard/alternative-names.ts'
import { selfSigned } from '../certificates.ts'

function namesOf(...wanted: readonly string[]): readonly string[] {
  return alternativeNames(new X509Certificate(selfSigned({ name: 'x', alternativeNames: wanted }).cert))
}

test('names, addresses, mail and URIs are read, in their short forms', () => {
  expect(namesOf('DNS:a.example', 'IP:10.0.0.1', 'email:a@b.example', 'URI:spiffe://x/y')).toEqual([
    'a.example',
    '10.0.0.1',
    'a@b.example',
    'spiffe://x/y',
  ])
  expect(namesOf('IP:2001:db8:0:0:0:0:0:1')).toEqual(['2001:db8::1'])
  expect(namesOf('IP:0:0:0:0:0:ffff:0a00:0001')).toEqual(['10.0.0.1'])
  expect(namesOf('IP:0:0:0:0:0:0:0:1')).toEqual(['::1'])
})

test('a certificate without alternative names has none, whatever its subject is', () => {
  expect(alternativeNames(new X509Certificate(selfSigned({ name: 'a.example' }).cert))).toEqual([])
})

// A name that holds a comma and another name's beginning is one name.
test.each([
  'a.example, DNS:admin.example',
  'a.example", DNS:admin.example',
  'a.example\\", DNS:admin.example',
  'x"',
  '", DNS:admin.example, DNS:"',
])('the name %j is itself and no other', (name) => {
  expect(namesOf(`DNS:${name}`)).toEqual([name])
  expect(namesOf(`URI:${name}`, 'DNS:b.example')).toEqual([name, 'b.example'])
})

test.each([
  'DNS:a.example, ',
  'DNS:a.example,DNS:b',
  'DNS:"a',
  'DNS:a"b',
  'DNS:a.example, DNS:"b',
  'DNS:a.example, Other:b',
  'DNS:"\\x41"',
  'Other:a, DNS:b.example',
])('a text that does not fit in every character gives no name: %s', (text) => {
  expect(parseAlternativeNames(text)).toEqual([])
})
