/** Takes an address: what is left of a killed process is replaced, what another one has is an error that names it. */
import { lstat, stat, unlink } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { dirname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { type ListenAddress, onAllAddresses } from './listen-address.ts'

/** Sockets are for the exporter's own user: others would come past TLS and logins. */
const OTHERS_UMASK = 0o177

/** The URL (or `unix:` path) as it came to be. */
export async function listen(app: FastifyInstance, address: ListenAddress, text: string): Promise<string> {
  try {
    if (address.kind === 'unix') return await listenUnix(app, address.path)
    const { host = '::', port } = address
    return await (host === '::' ? onAllAddresses((all) => app.listen({ port, host: all })) : app.listen({ port, host }))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const cure =
      (address.kind === 'unix' ? await unixProblem(address.path) : undefined) ??
      (code === 'EADDRINUSE'
        ? 'it is taken; stop the other process or choose another --web.listen-address'
        : (error as Error).message)
    throw new Error(`cannot listen on ${text}: ${cure}`, { cause: error })
  }
}

/** A socket file that nobody listens on is left over from a killed process and replaced. */
async function listenUnix(app: FastifyInstance, path: string): Promise<string> {
  if (await isStaleSocket(path)) await unlink(path)
  await app.ready()
  // The file is there with these rights from its first moment.
  const before = process.umask(OTHERS_UMASK)
  try {
    await app.listen({ path })
  } finally {
    process.umask(before)
  }
  return `unix:${path}`
}

/** What the system calls a taken address or a missing right, and is neither. */
async function unixProblem(path: string): Promise<string | undefined> {
  const folder = dirname(path)
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) return `there is no folder ${folder}`
  const found = await lstat(path).catch(() => undefined)
  return found === undefined || found.isSocket() ? undefined : 'what is there is no socket; it stays as it is'
}

async function isStaleSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSocket() !== true) return false
  return new Promise((resolve) => {
    const probe = createConnection(path)
    probe.on('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}
