/**
 * `healthcheck`: asks the exporter that runs on this machine whether it lives; for a container's HEALTHCHECK, where there is no shell and
 * no curl. Loads nothing of the exporter itself, so that asking every few seconds costs little. Under a web configuration it has no
 * password and no certificate: to be asked for one is a sign of life, too.
 */
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { type ListenAddress, parseListenAddress } from '../server/listen-address.ts'
import { EXIT } from './exit-codes.ts'
import { DEFAULT_LISTEN_ADDRESS, type FlagValues } from './flags.ts'
import type { Io } from './io.ts'

/** Exit 0 if the answer is 200, or one of a guard to who only asks whether it lives; else 1 with the reason in one line. */
export async function healthcheck(flags: FlagValues, io: Io): Promise<number> {
  const addresses = (flags.value('web.listen-address') as readonly string[] | undefined) ?? []
  // Nobody guards a Unix socket but its file.
  const address = addresses.find((one) => one.startsWith('unix:')) ?? addresses[0] ?? DEFAULT_LISTEN_ADDRESS
  const parsed = parseListenAddress(address)
  const seconds = Number(flags.value('timeout'))
  if ('problem' in parsed || !(seconds > 0 && seconds <= 300)) {
    io.stderr(`${'problem' in parsed ? parsed.problem : '--timeout: expected seconds, such as 3'}\n`)
    return EXIT.usage
  }
  const asksReady = flags.value('ready') === true
  const path = asksReady ? '/-/ready' : '/-/healthy'
  const isGuarded = flags.value('web.config.file') !== undefined && parsed.kind === 'tcp'
  const { signOf, says } = await (isGuarded ? askGuarded : askPlain)({ address: parsed, path, timeoutMs: seconds * 1000 })
  const isOk = signOf === 'health' || (signOf === 'life' && !asksReady)
  const cure = signOf === 'life' && asksReady ? '; add --web.listen-address unix:/PATH, where nobody has to log in' : ''
  io.stdout(`${address} ${path}: ${says}${cure}\n`)
  return isOk ? EXIT.ok : EXIT.failed
}

interface Question {
  readonly address: ListenAddress
  readonly path: string
  readonly timeoutMs: number
}

interface Answer {
  /** `life`: a guard answered, who does not let the question by. */
  readonly signOf: 'health' | 'life' | 'plain HTTP' | 'nothing'
  readonly says: string
}

async function askGuarded(question: Question): Promise<Answer> {
  const answer = await ask(question, true)
  return answer.signOf === 'plain HTTP' ? ask(question, false) : answer
}

function askPlain(question: Question): Promise<Answer> {
  return ask(question, false)
}

/** With TLS whatever certificate it shows: it is this machine. */
function ask({ address, path, timeoutMs }: Question, byTls: boolean): Promise<Answer> {
  const target = address.kind === 'unix' ? { socketPath: address.path } : { host: reachable(address.host), port: address.port }
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const options = { ...target, path, method: 'GET', agent: false as const, signal }
    let isThrough = false
    const asked = byTls ? tlsRequest({ ...options, rejectUnauthorized: false }) : plainRequest(options)
    asked.on('socket', (socket) => socket.once('secureConnect', () => (isThrough = true)))
    asked.on('response', (answer) => {
      answer.resume()
      const { statusCode = 0, statusMessage } = answer
      const signOf = statusCode === 200 ? 'health' : statusCode === 401 || statusCode === 429 ? 'life' : 'nothing'
      resolve({ signOf, says: `${statusCode} ${statusMessage}${signOf === 'life' ? ' (it lives)' : ''}` })
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) resolve({ signOf: 'nothing', says: `no answer within ${timeoutMs / 1000} s` })
      else if (isThrough) resolve({ signOf: 'life', says: 'TLS, and no word without a certificate (it lives)' })
      else resolve({ signOf: byTls && isOfTls(error) ? 'plain HTTP' : 'nothing', says: error.code ?? error.message })
    })
    asked.end()
  })
}

/** What is heard from who does not speak TLS; a guard without TLS closes the connection at the first bytes it cannot read. */
function isOfTls({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL')
}

/** Who listens on all addresses is reached on loopback. */
function reachable(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
