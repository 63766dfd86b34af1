/**
 * `healthcheck`: asks the exporter that runs on this machine whether it lives; for a container's HEALTHCHECK, where there is no shell and
 * no curl. Loads nothing of the exporter itself, so that asking every few seconds costs little.
 */
import { request } from 'node:http'
import { type ListenAddress, parseListenAddress } from '../server/listen-address.ts'
import { EXIT } from './exit-codes.ts'
import { DEFAULT_LISTEN_ADDRESS, type FlagValues } from './flags.ts'
import type { Io } from './io.ts'

/** Exit 0 if the answer is 200, else 1 with the reason in one line. */
export async function healthcheck(flags: FlagValues, io: Io): Promise<number> {
  const [address] = (flags.value('web.listen-address') as readonly string[] | undefined) ?? [DEFAULT_LISTEN_ADDRESS]
  const parsed = parseListenAddress(address!)
  const seconds = Number(flags.value('timeout'))
  if ('problem' in parsed || !(seconds > 0 && seconds <= 300)) {
    io.stderr(`${'problem' in parsed ? parsed.problem : '--timeout: expected seconds, such as 3'}\n`)
    return EXIT.usage
  }
  const path = flags.value('ready') === true ? '/-/ready' : '/-/healthy'
  const { isOk, says } = await ask(parsed, path, seconds * 1000)
  io.stdout(`${address} ${path}: ${says}\n`)
  return isOk ? EXIT.ok : EXIT.failed
}

interface Answer {
  readonly isOk: boolean
  readonly says: string
}

function ask(address: ListenAddress, path: string, timeoutMs: number): Promise<Answer> {
  const target = address.kind === 'unix' ? { socketPath: address.path } : { host: reachable(address.host), port: address.port }
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const asked = request({ ...target, path, method: 'GET', agent: false, signal }, (answer) => {
      answer.resume()
      resolve({ isOk: answer.statusCode === 200, says: `${answer.statusCode} ${answer.statusMessage}` })
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ isOk: false, says: signal.aborted ? `no answer within ${timeoutMs / 1000} s` : (error.code ?? error.message) })
    })
    asked.end()
  })
}

/** Who listens on all addresses is reached on loopback. */
function reachable(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
