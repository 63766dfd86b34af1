/**
 * What stands between a connection and the answers: TLS, the rate limit and logins of the web configuration in force, on every
 * path. Without a web configuration, and on Unix sockets (only the exporter's own user can open those), all pass.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Log } from '../../telemetry/log.ts'
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import { Throttle } from '../../telemetry/throttle.ts'
import type { WebConfigFile, WebConfigInForce } from '../web-config/web-config-file.ts'
import { readCredentials } from './basic-credentials.ts'
import { isVerified } from './client-certificate.ts'
import { FailedLogins, networkOf } from './failed-logins.ts'
import { Logins, type LoginVerdict } from './logins.ts'
import { type Comparer, PasswordQueue } from './password-queue.ts'
import { RateLimit } from './rate-limit.ts'
import { type Refusal, refuse } from './refusal.ts'
import { TlsDoor } from './tls-door.ts'

export interface GuardDeps {
  readonly file: Pick<WebConfigFile, 'current'>
  readonly log: Pick<Log, 'warn' | 'error'>
  readonly own: OwnMetrics
  readonly comparer: Comparer
  readonly nowMs: () => number
}

const FAILURES = ['missing', 'malformed', 'wrong', 'throttled', 'busy']
const REFUSALS = ['handshake', 'no_certificate', 'unverified_certificate', 'other_name']
const TELL_EVERY_MS = 60_000

export class Guard {
  readonly #deps: GuardDeps
  readonly #queue: PasswordQueue
  readonly #logins: Logins
  readonly #throttle: Throttle
  /** Who is known to be who he says. */
  readonly #proven = new WeakSet<IncomingMessage>()
  readonly #madeUnder = new WeakMap<Socket, WebConfigInForce>()
  #limit: RateLimit | undefined
  #seen: WebConfigInForce | undefined

  constructor(deps: GuardDeps) {
    this.#deps = deps
    this.#queue = new PasswordQueue(deps.comparer)
    for (const reason of FAILURES) deps.own.webAuthFailures.at(reason)
    for (const reason of REFUSALS) deps.own.webConnectionsRefused.at(reason)
    for (const user of ['known', 'unknown']) deps.own.webPasswordChecks.at(user)
    this.#throttle = new Throttle(TELL_EVERY_MS, deps.nowMs)
    this.#logins = new Logins({
      queue: this.#queue,
      failed: new FailedLogins(deps.nowMs),
      onCheck: (user) => void deps.own.webPasswordChecks.at(user).value++,
    })
  }

  get config(): WebConfigInForce['config'] {
    return this.#deps.file.current().config
  }

  /** What takes raw connections and passes on those that speak HTTP. */
  door(passOn: (socket: Socket, raw: Socket) => void): TlsDoor {
    const { file, own } = this.#deps
    return new TlsDoor({
      inForce: () => file.current(),
      passOn: (socket, raw, madeUnder) => {
        this.#madeUnder.set(socket, madeUnder)
        passOn(socket, raw)
      },
      onRefused: (reason) => void own.webConnectionsRefused.at(reason).value++,
    })
  }

  /** Calls `next` if the request may pass, at once or later, or answers it. */
  admit(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const inForce = this.#current()
    const { config } = inForce
    const madeUnder = this.#madeUnder.get(request.socket)
    if (madeUnder !== inForce && madeUnder !== undefined) {
      if (asksOtherwise(madeUnder, inForce)) {
        request.socket.destroy()
        return
      }
      // The next one sees the new certificate.
      response.setHeader('connection', 'close')
    }
    const overLimit = this.#limit?.overBy(this.#deps.nowMs()) ?? 0
    if (overLimit > 0) {
      this.#deps.own.webRateLimited.at().value++
      refuse(request, response, { status: 429, retryAfterMs: overLimit })
      return
    }
    const { socket } = request
    if (config.tls !== undefined && socket instanceof TLSSocket && isVerified(config.tls, socket)) this.#proven.add(request)
    if (config.users.size === 0) next()
    else this.#login(config.users, request, response, next)
  }

  /** Whether the request came from somebody who is known by password or certificate, and nobody could listen in. */
  isTrusted(request: IncomingMessage): boolean {
    return this.#proven.has(request) && request.socket instanceof TLSSocket
  }

  close(): Promise<void> {
    return this.#queue.close()
  }

  #current(): WebConfigInForce {
    const inForce = this.#deps.file.current()
    if (inForce === this.#seen) return inForce
    this.#seen = inForce
    this.#logins.keepOnly(inForce.config.users)
    const { rateLimit } = inForce.config
    // Whoever writes the file anew does not give everybody another burst.
    if (rateLimit === undefined) this.#limit = undefined
    else if (this.#limit?.is(rateLimit) !== true) this.#limit = new RateLimit(rateLimit, this.#deps.nowMs())
    return inForce
  }

  #login(users: ReadonlyMap<string, string>, request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const credentials = readCredentials(request.headers.authorization)
    const verdict: GuardVerdict | Promise<GuardVerdict> =
      typeof credentials === 'string' ? { is: credentials } : this.#logins.check(users, credentials, request.socket.remoteAddress)
    const conclude = (found: GuardVerdict): void => this.#conclude(found, request, response, next)
    // Nobody waits for a turn whose credentials are known.
    if (!(verdict instanceof Promise)) conclude(verdict)
    else
      verdict.then(conclude, (error: Error) => {
        this.#deps.log.error('a password could not be compared', { error: error.message })
        refuse(request, response, { status: 503, retryAfterMs: 1000 })
      })
  }

  #conclude(verdict: GuardVerdict, request: IncomingMessage, response: ServerResponse, next: () => void): void {
    if (verdict.is === 'right') {
      this.#proven.add(request)
      next()
      return
    }
    this.#deps.own.webAuthFailures.at(verdict.is).value++
    if (verdict.is === 'throttled') this.#tellThrottled(request)
    const refusal: Refusal = 'retryAfterMs' in verdict ? { status: 429, retryAfterMs: verdict.retryAfterMs } : { status: 401 }
    refuse(request, response, refusal)
  }

  /** Once per minute and address. Whoever mistypes may type the password in the place of the name, so that is not told. */
  #tellThrottled(request: IncomingMessage): void {
    const address = networkOf(request.socket.remoteAddress)
    const hidden = this.#throttle.pass(address)
    if (hidden !== undefined)
      this.#deps.log.warn('too many failed logins; the address waits', { address, untold_requests: hidden })
  }
}

type GuardVerdict = LoginVerdict | { readonly is: 'missing' | 'malformed' }

/** Whether clients had to show something else when a connection was made than they have to now. */
function asksOtherwise(before: WebConfigInForce, now: WebConfigInForce): boolean {
  const rules = ({ config: { tls }, tlsOptions }: WebConfigInForce): string =>
    JSON.stringify([tls !== undefined, tls?.clientAuth, tls?.allowedNames, tlsOptions?.ca])
  return rules(before) !== rules(now)
}
