/** A server behind a web configuration that a test writes, with a CA of its own; and clients that speak TLS to it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareSync } from 'bcryptjs'
import { onTestFinished } from 'vitest'
import { Guard } from '../../../src/server/guard/guard.ts'
import type { Comparer } from '../../../src/server/guard/password-queue.ts'
import type { RunningServer, ServerOptions } from '../../../src/server/server.ts'
import { WebConfigFile } from '../../../src/server/web-config/web-config-file.ts'
import type { LogFields } from '../../../src/telemetry/log.ts'
import { createOwnMetrics, type OwnMetrics } from '../../../src/telemetry/own-metrics.ts'
import { type Issued, TestCa } from '../certificates.ts'
import { type Answer, serving } from '../serving.ts'
import { HASH } from '../web-config/verdicts.ts'

export const TLS = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n'
export const USERS = `basic_auth_users:\n  alice: ${HASH}\n`
export const login = (user: string, password: string): string =>
  `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** Compares at once, and counts. */
export class CountingComparer implements Comparer {
  readonly asked: { password: string; hash: string }[] = []

  async compare(password: string, hash: string): Promise<boolean> {
    this.asked.push({ password, hash })
    return compareSync(password, hash)
  }

  async close(): Promise<void> {}
}

export interface Guarded {
  readonly server: RunningServer
  readonly port: number
  readonly ca: TestCa
  readonly own: OwnMetrics
  readonly comparer: CountingComparer
  readonly told: { level: string; message: string; fields: LogFields }[]
  readonly file: WebConfigFile
  readonly folder: string
  /** Writes a file beside the configuration (or, as `web.yml`, the configuration). */
  write(name: string, text: string): void
  writePair(pair: Issued): void
  /** Time of the guard goes on. */
  wait(ms: number): void
}

/** What a test may put beside the configuration before it is read. */
export interface Preparing {
  readonly mkdir: (name: string) => void
  readonly write: (name: string, text: string) => void
  readonly issue: (name: string) => Issued
}

/** `FOLDER` in an address is where the configuration is. */
export async function guarded(
  yaml: string,
  addresses: readonly string[] = ['127.0.0.1:0'],
  changes: Partial<ServerOptions> = {},
  prepare: (folder: string, preparing: Preparing) => void = () => {},
): Promise<Guarded> {
  const folder = mkdtempSync(join(tmpdir(), 'agentlog-guarded-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  const ca = new TestCa('ca')
  const writePair = ({ cert, key }: Issued): void => {
    write('server.pem', cert)
    write('server.key', key)
  }
  const issue = (name: string): Issued => ca.issue({ name, alternativeNames: ['DNS:localhost', 'IP:127.0.0.1'] })
  writePair(issue('first'))
  write('ca.pem', ca.cert)
  write('web.yml', yaml)
  prepare(folder, { mkdir: (name) => mkdirSync(join(folder, name)), write, issue })
  const told: Guarded['told'] = []
  const teller =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void told.push({ level, message, fields })
  const log = { info: teller('info'), warn: teller('warn'), error: teller('error') }
  const own = createOwnMetrics()
  let nowMs = 0
  const deps = { log, own, nowMs: () => nowMs, wallClockMs: () => 5000 }
  const file = WebConfigFile.open(join(folder, 'web.yml'), deps)
  if ('problem' in file) throw new Error(file.problem)
  const comparer = new CountingComparer()
  const guard = new Guard({ ...deps, file, comparer })
  const { port, server } = await serving({
    guard,
    addresses: addresses.map((address) => address.replace('FOLDER', folder)),
    ...changes,
  })
  const wait = (ms: number): void => {
    nowMs += ms
  }
  return { server, port, ca, own, comparer, told, file, folder, write, writePair, wait }
}

export interface TlsWish {
  readonly ca?: TestCa
  readonly client?: Issued
  readonly headers?: readonly string[]
  readonly path?: string
}

export interface TlsAnswer extends Pick<Answer, 'status' | 'body'> {
  /** Who answered. */
  readonly certificateOf: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** One request over a connection of its own; undefined: the connection ended without an answer. */
export function askTls(
  port: number,
  { ca, client, headers = [], path = '/metrics' }: TlsWish = {},
): Promise<TlsAnswer | undefined> {
  const named = headers.map((header) => [header.split(':')[0]!, header.slice(header.indexOf(':') + 2)])
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        // Its name is not what is asked about here; who signed it is looked at.
        checkServerIdentity: () => undefined,
        headers: Object.fromEntries(named),
        ...(ca === undefined ? { rejectUnauthorized: false } : { ca: ca.cert }),
        ...(client === undefined ? {} : { cert: client.cert, key: client.key }),
      },
      (answer) => {
        const subject = (answer.socket as import('node:tls').TLSSocket).getPeerCertificate().subject.CN
        let body = ''
        answer.on('data', (chunk) => (body += chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, body, certificateOf: subject as string, headers: answer.headers }),
        )
      },
    )
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}
