/**
 * One process per folder. The lock is a file that names its owner; it is stale when that process is gone: by process number and start
 * time where the owner can be seen, else (another container) when it has not been renewed while we looked on: its owner sets its time
 * again and again, which costs less than writing it.
 */
import { type BigIntStats, closeSync, lstatSync, lutimesSync, readFileSync, readlinkSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createOwn, readOwn, removeOwn, replaceOwn } from './own-files.ts'

/** How often an owner renews its lock. */
export const RENEWAL_MS = 1000
/** An owner that is out of sight is taken for dead after so long without a renewal. */
const PATIENCE_MS = 3500
const LOOK_MS = 100

interface Owner {
  readonly pid: number
  /** Start of the process in clock ticks since the machine's: process numbers are given again. */
  readonly started: string
  /** Which numbering of processes, on which start of the machine. */
  readonly seenFrom: string
  readonly command: string
}

export interface HeldLock {
  /** The owner before this one died without releasing it. */
  readonly followsDeath: boolean
  /** Shows other machines and containers that the owner lives. Answers false if another process has taken the folder. */
  renew(): boolean
  release(): void
}

/** The lock, or who has it. Throws the system's errors. The folder must be there. */
export async function takeLock(folder: string): Promise<HeldLock | { readonly heldBy: string }> {
  const path = join(folder, 'lock')
  for (let followsDeath = false; ; followsDeath = true) {
    const me = myself()
    if (writeIfFree(path, me)) return new FileLock(path, me, followsDeath)
    const owner = readOwner(path)
    if (owner !== undefined && (await isAlive(path, owner))) return { heldBy: `process ${owner.pid} (${owner.command})` }
    // Perhaps its owner is just writing it.
    if (owner === undefined) await pause(LOOK_MS)
    removeIfSame(path, owner)
  }
}

class FileLock implements HeldLock {
  readonly followsDeath: boolean
  readonly #path: string
  readonly #owner: Owner
  /** The file that we wrote. */
  #file: string | undefined

  constructor(path: string, owner: Owner, followsDeath: boolean) {
    this.#path = path
    this.#owner = owner
    this.followsDeath = followsDeath
    this.#file = fileAt(path)
  }

  renew(): boolean {
    const isOurs = this.#file !== undefined && fileAt(this.#path) === this.#file
    if (!isOurs && !this.#isMine()) return false
    try {
      if (isOurs) this.#touch()
      else this.#writeAnew()
    } catch {
      // A disk that refuses: who shares our sight of processes needs no renewal, and others wait longer than it usually takes.
    }
    return true
  }

  #touch(): void {
    const now = Date.now() / 1000
    lutimesSync(this.#path, now, now)
  }

  /** Somebody has removed it, or put another with the same words in its place. */
  #writeAnew(): void {
    replaceOwn(this.#path, JSON.stringify(this.#owner))
    this.#file = fileAt(this.#path)
  }

  release(): void {
    if (!this.#isMine()) return
    try {
      unlinkSync(this.#path)
    } catch {
      // The next owner sees that we are gone.
    }
  }

  #isMine(): boolean {
    const found = readOwner(this.#path)
    if (found === undefined) return true
    return found.pid === this.#owner.pid && found.started === this.#owner.started && found.seenFrom === this.#owner.seenFrom
  }
}

function writeIfFree(path: string, owner: Owner): boolean {
  let fd: number
  try {
    fd = createOwn(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  try {
    writeSync(fd, JSON.stringify(owner))
    return true
  } finally {
    closeSync(fd)
  }
}

/** undefined: gone, or not whole: its owner was killed while it wrote. */
function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readOwn(path).toString()) as Owner
  } catch {
    return undefined
  }
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

/** Which file stands there. A number is given away again at once: where the file system knows no births, nothing can be told. */
function fileAt(path: string): string | undefined {
  const stat = statOf(path)
  return stat === undefined || stat.birthtimeNs === 0n ? undefined : `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`
}

async function isAlive(path: string, owner: Owner): Promise<boolean> {
  if (owner.seenFrom === myself().seenFrom) return startOf(owner.pid) === owner.started
  const before = statOf(path)
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    await pause(LOOK_MS)
    // On a network file system it is the opening that asks for what stands there now.
    const now = readOwner(path)
    const stat = statOf(path)
    if (now === undefined || stat === undefined) return false
    if (stat.mtimeNs !== before?.mtimeNs || stat.ino !== before.ino || now.started !== owner.started) return true
  }
  return false
}

function removeIfSame(path: string, owner: Owner | undefined): void {
  if (JSON.stringify(readOwner(path)) !== JSON.stringify(owner)) return
  removeOwn(path)
}

function myself(): Owner {
  const command = process.argv.slice(1).join(' ').slice(0, 200)
  return { pid: process.pid, started: startOf(process.pid) ?? '', seenFrom: sight(), command }
}

/**
 * Field 22 of stat, behind the name in brackets, which may hold anything; undefined for a process that is gone, or dead and waited for by
 * nobody (a zombie). Not known without /proc (macOS).
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return isThere(pid) ? 'unknown' : undefined
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function sight(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return 'this machine'
  }
}
