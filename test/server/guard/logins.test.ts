/** Logins: who passes, what is remembered, and that a known user costs what an unknown one does. */
import { hashSync } from 'bcryptjs'
import { expect, test } from 'vitest'
import { FailedLogins } from '../../../src/server/guard/failed-logins.ts'
import { Logins, type LoginVerdict } from '../../../src/server/guard/logins.ts'
import { type Comparer, MAX_WAITING, PasswordQueue } from '../../../src/server/guard/password-queue.ts'
import { CountingComparer } from './guarded.ts'

const ALICE = hashSync('secret', 4)
const USERS = new Map([['alice', ALICE]])

function logins(comparer: Comparer = new CountingComparer()) {
  let nowMs = 0
  const checks = { known: 0, unknown: 0 }
  const failed = new FailedLogins(() => nowMs)
  const all = new Logins({ queue: new PasswordQueue(comparer), failed, onCheck: (user) => void checks[user]++ })
  const check = async (user: string, password: string, address = '10.0.0.1', users = USERS): Promise<LoginVerdict['is']> =>
    (await all.check(users, { user, password }, address)).is
  const wait = (ms: number): void => {
    nowMs += ms
  }
  return { all, check, checks, wait }
}

test('the right password passes, and is compared once', async () => {
  const { check, checks } = logins()
  expect(await check('alice', 'secret')).toBe('right')
  for (let i = 0; i < 100; i++) expect(await check('alice', 'secret')).toBe('right')
  expect(checks).toEqual({ known: 1, unknown: 0 })
})

test('hashes of all versions are compared as what they are', async () => {
  for (const version of ['$2$', '$2a$', '$2b$', '$2x$', '$2y$']) {
    const { check } = logins()
    const users = new Map([['alice', ALICE.replace('$2b$', version)]])
    expect([version, await check('alice', 'secret', '', users), await check('alice', 'Secret', '', users)]).toEqual([
      version,
      'right',
      'wrong',
    ])
  }
})

test('a salt with bits set that mean nothing is the salt without them, as in Go', async () => {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  for (const bits of [1, 7, 15]) {
    const { check } = logins()
    const odd = ALICE.slice(0, 28) + alphabet[alphabet.indexOf(ALICE[28]!) + bits] + ALICE.slice(29)
    const users = new Map([['alice', odd]])
    expect([await check('alice', 'secret', '', users), await check('alice', 'Secret', '', users)]).toEqual(['right', 'wrong'])
  }
})

test('others do not pass: another password, another user, none, nobody', async () => {
  const { check } = logins()
  const tries = [
    ['alice', ''],
    ['alice', 'secre'],
    ['alice', 'secrets'],
    ['alice', ALICE],
    ['bob', 'secret'],
    ['', ''],
    ['Alice', 'secret'],
    ['__proto__', 'secret'],
  ] as const
  for (const [i, [user, password]] of tries.entries())
    expect([user, password, await check(user, password, `10.0.0.${i}`)]).toEqual([user, password, 'wrong'])
})

test('a password that was known to be right is not any more when its hash or user is gone', async () => {
  const { all, check } = logins()
  expect(await check('alice', 'secret')).toBe('right')
  expect(await check('alice', 'secret', '10.0.0.1', new Map([['alice', hashSync('other', 4)]]))).toBe('wrong')
  expect(await check('alice', 'secret', '10.0.0.1', new Map([['bob', ALICE]]))).toBe('wrong')
  all.keepOnly(new Map())
  expect(await check('alice', 'secret')).toBe('right')
})

test('an unknown user costs as much as a known one: one comparison, of the same cost', async () => {
  const comparer = new CountingComparer()
  const { check, checks } = logins(comparer)
  for (let i = 0; i < 20; i++) {
    await check('alice', `wrong ${i}`, `10.0.0.${i}`)
    await check(`nobody ${i}`, `wrong ${i}`, `10.0.1.${i}`)
  }
  expect(checks).toEqual({ known: 20, unknown: 20 })
  expect(new Set(comparer.asked.map(({ hash }) => hash.slice(0, 7)))).toEqual(new Set(['$2b$04$']))
  expect(new Set(comparer.asked.map(({ hash }) => hash.length))).toEqual(new Set([60]))
})

test('costs of unknown users are those of the file, and a name has the same each time', async () => {
  const comparer = new CountingComparer()
  const { check } = logins(comparer)
  const users = new Map([4, 4, 5, 6].map((cost) => [`user ${cost} ${Math.random()}`, hashSync('x', cost)]))
  for (let i = 0; i < 60; i++) for (const word of ['a', 'b']) await check(`nobody ${i}`, `${word} ${i}`, `10.0.0.${i}`, users)
  const costs = comparer.asked.map(({ hash }) => hash.slice(4, 6))
  expect(new Set(costs)).toEqual(new Set(['04', '05', '06']))
  for (let i = 0; i < 60; i++) expect(costs[2 * i]).toBe(costs[2 * i + 1])
})

test('whoever fails too often waits, before anything is compared', async () => {
  const { check, checks, wait } = logins()
  for (let i = 0; i < 10; i++) expect(await check('alice', `wrong ${i}`)).toBe('wrong')
  expect(await check('alice', 'wrong')).toBe('throttled')
  expect(await check('nobody', 'wrong')).toBe('throttled')
  expect(await check('alice', 'secret')).toBe('throttled')
  expect(checks).toEqual({ known: 10, unknown: 0 })
  wait(6000)
  expect(await check('alice', 'secret')).toBe('right')
})

test('credentials that are known to be right pass whatever comes from their address', async () => {
  const { check, checks } = logins()
  expect(await check('alice', 'secret')).toBe('right')
  for (let i = 0; i < 100; i++) await check('alice', `wrong ${i}`)
  expect(await check('alice', 'wrong')).toBe('throttled')
  expect(await check('alice', 'secret')).toBe('right')
  expect(checks.known).toBe(11)
})

test('what is known to be right from one address helps nobody who guesses from another', async () => {
  const { check, checks, wait } = logins()
  expect(await check('alice', 'secret', '10.0.0.1')).toBe('right')
  for (let i = 0; i < 10; i++) await check('alice', `wrong ${i}`, '10.0.0.2')
  expect(await check('alice', 'wrong', '10.0.0.2')).toBe('throttled')
  expect(await check('alice', 'secret', '10.0.0.2')).toBe('throttled')
  expect(await check('alice', 'secret', '10.0.0.1')).toBe('right')
  wait(6000)
  expect(await check('alice', 'secret', '10.0.0.2')).toBe('right')
  expect(checks.known).toBe(11)
})

test('of the addresses of one user some are remembered, those of late', async () => {
  const { check } = logins()
  for (let i = 0; i < 100; i++) expect(await check('alice', 'secret', `10.0.1.${i}`)).toBe('right')
  for (const address of ['10.0.1.0', '10.0.1.99']) for (let i = 0; i < 10; i++) await check('alice', `wrong ${i}`, address)
  expect(await check('alice', 'secret', '10.0.1.0')).toBe('throttled')
  expect(await check('alice', 'secret', '10.0.1.99')).toBe('right')
})

test('a wrong password that is sent again is not compared again, and counts all the same', async () => {
  const { check, checks } = logins()
  for (let i = 0; i < 10; i++) expect(await check('alice', 'wrong')).toBe('wrong')
  expect(await check('alice', 'wrong')).toBe('throttled')
  expect(checks.known).toBe(1)
})

/** Answers when it is told to. */
class HeldComparer implements Comparer {
  readonly waiting: ((fits: boolean) => void)[] = []

  compare(): Promise<boolean> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  async close(): Promise<void> {}
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('one password is compared at a time, few wait, and who comes past them is turned away', async () => {
  const comparer = new HeldComparer()
  const { check } = logins(comparer)
  const asked = Array.from({ length: 50 }, (_, i) => check('alice', `wrong ${i}`, `10.0.0.${i}`))
  await turn()
  expect(comparer.waiting).toHaveLength(1)
  for (let i = 0; i < MAX_WAITING; i++) {
    comparer.waiting[i]!(false)
    await turn()
  }
  const verdicts = await Promise.all(asked)
  expect(verdicts.filter((is) => is === 'wrong')).toHaveLength(MAX_WAITING)
  expect(verdicts.filter((is) => is === 'busy')).toHaveLength(50 - MAX_WAITING)
  expect(comparer.waiting).toHaveLength(MAX_WAITING)
})

test('who asks with the same credentials meanwhile waits for the same comparison', async () => {
  const comparer = new HeldComparer()
  const { check, checks } = logins(comparer)
  const asked = Array.from({ length: 10 }, () => check('alice', 'secret'))
  await turn()
  comparer.waiting[0]!(true)
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['right']))
  expect(checks.known).toBe(1)
})

test('trying many at the same time gains nothing', async () => {
  const comparer = new HeldComparer()
  const { check, wait } = logins(comparer)
  wait(1)
  const asked = Array.from({ length: 30 }, (_, i) => check('alice', `wrong ${i % 5}`))
  await turn()
  for (let i = 0; i < 5; i++) {
    comparer.waiting[i]!(false)
    await turn()
  }
  const verdicts = await Promise.all(asked)
  expect(verdicts.filter((is) => is === 'wrong')).toHaveLength(10)
  expect(verdicts.filter((is) => is === 'throttled')).toHaveLength(20)
})

test('a comparer that fails lets nobody in, and the next one is asked again', async () => {
  let fails = true
  const comparer: Comparer = {
    compare: async () => {
      if (fails) throw new Error('no memory')
      return true
    },
    close: async () => {},
  }
  const { check } = logins(comparer)
  await expect(check('alice', 'secret')).rejects.toThrow('no memory')
  fails = false
  expect(await check('alice', 'secret')).toBe('right')
})
