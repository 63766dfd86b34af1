/**
 * Who may pass by user and password. Of a login that succeeded only its HMAC under a key of this process is kept, never the password.
 * A user that is not there costs as much as one that is: its password is compared with a hash that nothing fits, of a cost that the
 * file's hashes have. Past a number of failures an address waits, but not with credentials that were right from there before: from
 * elsewhere they would answer who guesses, at once and as often as he likes.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ALPHABET, parseBcryptHash } from '../web-config/bcrypt-hash.ts'
import type { Credentials } from './basic-credentials.ts'
import { type FailedLogins, networkOf } from './failed-logins.ts'
import type { PasswordQueue } from './password-queue.ts'

export type LoginVerdict =
  | { readonly is: 'right' }
  | { readonly is: 'wrong' }
  | { readonly is: 'throttled' | 'busy'; readonly retryAfterMs: number }

export interface LoginDeps {
  readonly queue: PasswordQueue
  readonly failed: FailedLogins
  /** A password is compared now. */
  readonly onCheck: (user: 'known' | 'unknown') => void
}

const MAX_WRONG = 128
/** Of each user; past them the one that logged in longest ago is as any other. */
const MAX_NETWORKS = 64
const BUSY_MS = 1000

interface Right {
  readonly mark: Buffer
  /** Where they came from, in the order of their last use. */
  readonly networks: Set<string>
}

export class Logins {
  readonly #deps: LoginDeps
  readonly #key = randomBytes(32)
  /** Salt and digest of the hash that nothing fits. */
  readonly #nothing = [...randomBytes(53)].map((byte) => ALPHABET[byte % 64]).join('')
  readonly #right = new Map<string, Right>()
  /** The latest that failed, so that one that is sent again and again costs nothing. */
  readonly #wrong = new Set<string>()

  constructor(deps: LoginDeps) {
    this.#deps = deps
  }

  check(
    users: ReadonlyMap<string, string>,
    credentials: Credentials,
    address: string | undefined,
  ): LoginVerdict | Promise<LoginVerdict> {
    const { user, password } = credentials
    const written = users.get(user)
    const hash = written === undefined ? this.#hashForUnknown(user, users) : normalOf(written)
    const mark = this.#hmac(`${user}\u0000${written ?? ''}\u0000${password}`)
    const known = this.#right.get(user)
    const isRight = timingSafeEqual(known?.mark ?? this.#key, mark) && written !== undefined
    if (isRight && known?.networks.has(networkOf(address)) === true) return this.#passed(user, mark, address)
    const attempt = this.#deps.failed.begin(address)
    if ('retryAfterMs' in attempt) return { is: 'throttled', retryAfterMs: attempt.retryAfterMs }
    if (isRight) {
      attempt.succeeded()
      return this.#passed(user, mark, address)
    }
    const name = mark.toString('base64')
    if (this.#wrong.has(name)) return { is: 'wrong' }
    const began = (): void => this.#deps.onCheck(written === undefined ? 'unknown' : 'known')
    const answer = this.#deps.queue.compare(name, password, hash ?? this.#hashForUnknown(user, users), began)
    if (answer === undefined) {
      attempt.succeeded()
      return { is: 'busy', retryAfterMs: BUSY_MS }
    }
    return answer.then((fits) => {
      if (!fits || written === undefined || hash === undefined) return this.#remember(name)
      attempt.succeeded()
      return this.#passed(user, mark, address)
    })
  }

  /** Users that are no more are not remembered. */
  keepOnly(users: ReadonlyMap<string, string>): void {
    for (const user of this.#right.keys()) if (!users.has(user)) this.#right.delete(user)
  }

  #passed(user: string, mark: Buffer, address: string | undefined): LoginVerdict {
    const before = this.#right.get(user)
    const { networks } = before?.mark.equals(mark) === true ? before : { networks: new Set<string>() }
    const network = networkOf(address)
    networks.delete(network)
    networks.add(network)
    if (networks.size > MAX_NETWORKS) networks.delete(networks.values().next().value!)
    this.#right.set(user, { mark, networks })
    return { is: 'right' }
  }

  #remember(name: string): LoginVerdict {
    this.#wrong.add(name)
    if (this.#wrong.size > MAX_WRONG) this.#wrong.delete(this.#wrong.values().next().value!)
    return { is: 'wrong' }
  }

  /** Of the cost of one of the file's hashes, always the same for the same name. */
  #hashForUnknown(user: string, users: ReadonlyMap<string, string>): string {
    const costs = [...users.values()].map(costOf).sort((a, b) => a - b)
    const cost = costs[this.#hmac(user).readUInt32BE() % costs.length] ?? 10
    return `$2b$${String(cost).padStart(2, '0')}$${this.#nothing}`
  }

  #hmac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }
}

function costOf(hash: string): number {
  const parsed = parseBcryptHash(hash)
  return 'problem' in parsed ? 10 : parsed.cost
}

function normalOf(hash: string): string | undefined {
  const parsed = parseBcryptHash(hash)
  return 'problem' in parsed ? undefined : parsed.normal
}
