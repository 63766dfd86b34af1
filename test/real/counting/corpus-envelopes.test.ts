/** Logs of containers from ../shared/corpus: each message counts once, as long as it is, whatever parts it stands in. Skipped where they are not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { messagesOf, PARTS } from '../envelopes.ts'
import { once, ROOT, Scratch, sum } from '../workbench.ts'

const CORPUS = join(ROOT, '../shared/corpus')
const isSkipped = !existsSync(CORPUS)
const MAPPING = `version: 1
input: { envelope: ENVELOPE }
metrics:
  - { name: messages_total, type: counter, labels: { stream: $stream, type: { path: type, default: none } } }
  - { name: message_bytes_total, type: counter, value: $bytes }
  - { name: longest_message_bytes, type: gauge, op: max, value: $bytes }
`
const scratch = new Scratch()
const mappingFor = (envelope: string): string => scratch.write(`${envelope}.yaml`, MAPPING.replace('ENVELOPE', envelope))
afterAll(() => scratch.remove())

const isObject = (text: string): boolean => text.startsWith('{')

/** Folder, envelope, and what EXPECTED.md says of its only log: JSON messages, other messages, bytes of the longest one. */
const HANDMADE = [
  ['docker-json-file-handmade', 'docker', 40, 1, 49_824],
  ['cri-handmade', 'cri', 40, 1, 49_824],
] as const

describe.skipIf(isSkipped)('logs of containers', () => {
  test.for(HANDMADE)('%s', ([folder, envelope, objects, others, longestBytes]) => {
    const path = join(CORPUS, folder, readdirSync(join(CORPUS, folder))[0]!)
    const messages = messagesOf(readFileSync(path, 'utf8'), PARTS[envelope])
    const all = [...messages.values()].flat()
    const [read, unread] = [all.filter(isObject), all.filter((text) => !isObject(text))]
    expect([read.length, unread.length, Math.max(...read.map((text) => Buffer.byteLength(text)))]).toEqual([
      objects,
      others,
      longestBytes,
    ])
    const { stdout, stderr } = once('-c', mappingFor('auto'), path)
    expect(sum(stdout, 'messages_total', 'stream="stdout"'), stderr).toBe(objects)
    expect(sum(stdout, 'longest_message_bytes')).toBe(longestBytes)
    expect(sum(stdout, 'message_bytes_total')).toBe(read.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0))
    const plain = once('-c', mappingFor('none'), scratch.write('plain.jsonl', `${read.join('\n')}\n`)).stdout
    const withoutStream = (text: string): string => text.replaceAll(/stream="\w+"/g, '')
    expect(withoutStream(stdout)).toBe(withoutStream(plain))
    console.log(JSON.stringify({ test: folder, objects: read.length, others: unread.length, longestBytes }))
  })

  test('lines that another shipper takes apart are put together', () => {
    const folder = join(CORPUS, 'docker-json-file')
    for (const name of readdirSync(folder)) {
      const messages = [...messagesOf(readFileSync(join(folder, name), 'utf8'), PARTS.docker).values()].flat()
      const { stdout, stderr } = once('-c', mappingFor('docker'), join(folder, name))
      console.log(JSON.stringify({ test: name, messages: messages.length }))
      expect(sum(stdout, 'messages_total'), stderr).toBe(messages.filter(isObject).length)
    }
  })
})
