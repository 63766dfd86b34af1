/** Certificates made for a test: a CA and what it signs, with any alternative names, written byte by byte as DER. */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Issued {
  readonly cert: string
  readonly key: string
}

interface Signer {
  readonly name: string
  readonly key: KeyObject
}

export interface CertificateWish {
  readonly name: string
  /** `DNS:a`, `IP:127.0.0.1`, `email:a@b`, `URI:x`. */
  readonly alternativeNames?: readonly string[]
  readonly isCa?: boolean
  /** Days from now; default 10. */
  readonly expiresInDays?: number
}

export class TestCa {
  readonly cert: string
  readonly #signer: Signer

  constructor(name: string) {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    this.#signer = { name, key }
    this.cert = certificate({ name, isCa: true }, key, this.#signer)
  }

  issue(wish: CertificateWish): Issued {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    return { cert: certificate(wish, key, this.#signer), key: pemOf(key) }
  }
}

export function selfSigned(wish: CertificateWish): Issued {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return { cert: certificate(wish, key, { name: wish.name, key }), key: pemOf(key) }
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string
}

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts)
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'))

function certificate(wish: CertificateWish, key: KeyObject, signer: Signer): string {
  const extensions = [
    ...(wish.isCa === true
      ? [sequence(oid('551d13'), tlv(0x01, Buffer.from([255])), tlv(0x04, sequence(tlv(0x01, Buffer.from([255])))))]
      : []),
    ...(wish.alternativeNames === undefined
      ? []
      : [sequence(oid('551d11'), tlv(0x04, sequence(...wish.alternativeNames.map(generalName))))]),
  ]
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    distinguishedName(signer.name),
    sequence(time(-30), time(wish.expiresInDays ?? 10)),
    distinguishedName(wish.name),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))]),
  )
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', body, signer.key))
  const base64 = sequence(body, ECDSA_WITH_SHA256, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, '$1\n').trim()}\n-----END CERTIFICATE-----\n`
}

function distinguishedName(name: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(name)))))
}

function time(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '')
  return tlv(0x18, Buffer.from(text))
}

function generalName(text: string): Buffer {
  const colon = text.indexOf(':')
  const value = text.slice(colon + 1)
  const tag = { email: 0x81, DNS: 0x82, URI: 0x86, IP: 0x87 }[text.slice(0, colon)]!
  return tlv(tag, tag === 0x87 ? addressBytes(value) : Buffer.from(value, 'latin1'))
}

/** IPv6 is given as eight groups. */
function addressBytes(text: string): Buffer {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number))
  return Buffer.from(
    text
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  )
}
