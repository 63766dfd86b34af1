/** What rules need of what is remembered and derived, wherever they say so. */
import { expect, test } from 'vitest'
import { needsOf } from '../../src/config/needs.ts'

const place = { file: 'm.yaml' }
const needs = (part: object) => {
  const { kept, derived } = needsOf(part)
  return [[...kept].sort(), [...derived.keys()].sort()]
}

test('in every kind of value and condition', () => {
  const values = [
    '$kept.a',
    { path: ['x', '$kept.b.c'], plus: '$kept."d e"', minus: [{ sum: '$kept.f', take: '$kept.g' }] },
    { expr: 'event.x > kept.h && kept["i"] == kept[ \'j\' ]' },
    { price: { model: '$kept.k', input: { length: '$kept.l' }, table: '$kept.no' } },
    { key_of: '$kept.m', default: '$kept.no' },
  ]
  expect(needs({ labels: values.map((spec) => ({ name: 'l', spec, place })) })).toEqual([
    [...'abdfghijklm'].map((name) => (name === 'd' ? 'd e' : name)),
    [],
  ])
  const where = { '$kept.a': 1, any: [{ x: 1 }, { none: [{ '$kept.b': { exists: true } }] }], expr: 'kept.c' }
  expect(needs({ where: { spec: where, place } })).toEqual([['a', 'b', 'c'], []])
  expect(needs({ rise: { key: [{ spec: '$kept.a', place }], baseline: { spec: { '$kept.b': true }, place } } })).toEqual([
    ['a', 'b'],
    [],
  ])
})

test('what only looks like it is none', () => {
  const values = [
    { const: '$kept.a' },
    'kept.a',
    '$.kept.a',
    5,
    true,
    { expr: 'event.kept.a == "kept.b" || x == \'kept.c\' || unkept.d' },
    { path: 'x', map: { '$kept.a': '$kept.b' } },
  ]
  expect(needs({ split: { label: 'l', entries: values.map((spec) => ({ text: 't', spec, place })) } })).toEqual([[], []])
})

test('a name that each binds hides ours', () => {
  expect(needs({ each: [{ name: 'kept', spec: 'list', place }], value: { spec: '$kept.a', place } })).toEqual([[], []])
})

test('what is derived, or shown while it is open', () => {
  expect(needs({ derived: { spec: 'chat', place }, where: { spec: { members: { gt: 2 } }, place } })).toEqual([[], ['chat']])
  expect(needs({ open: { spec: 'run', place, op: 'count' } })).toEqual([[], ['run']])
})
