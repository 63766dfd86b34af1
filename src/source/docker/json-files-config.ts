/**
 * A container's `config.v2.json` → what names it. The file holds the container's environment, secrets among it: it is read into one buffer that is
 * cleared, and nothing but the fields below outlives the parse; no message quotes it.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { ContainerInfo } from '../containers.ts'

/** More is no description of a container. */
const MAX_CONFIG_BYTES = 4 << 20

export interface ContainerConfig extends ContainerInfo {
  /** Whether it ever ran: a container that never did has no log. */
  readonly wasStarted: boolean
}

/** The system's code or a word for what is wrong. */
export type ConfigProblem = { readonly problem: string }

export function readConfig(path: string, id: string): ContainerConfig | ConfigProblem {
  const text = readText(path)
  if (typeof text !== 'string') return text
  try {
    return configOf(JSON.parse(text), id)
  } catch {
    // The error quotes what it could not parse.
    return { problem: 'is no JSON' }
  }
}

function readText(path: string): string | ConfigProblem {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    try {
      const stat = fstatSync(fd)
      if (!stat.isFile()) return { problem: 'is no regular file' }
      if (stat.size > MAX_CONFIG_BYTES) return { problem: `is larger than ${MAX_CONFIG_BYTES} bytes` }
      return readWhole(fd, stat.size)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { problem: 'is not there' }
    return { problem: code === 'ELOOP' ? 'is a link' : `cannot be read: ${code}` }
  }
}

function readWhole(fd: number, sizeBytes: number): string {
  const buffer = Buffer.alloc(sizeBytes)
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, sizeBytes, 0))
  } finally {
    buffer.fill(0)
  }
}

type Keys = Readonly<Record<string, unknown>>

function configOf(data: unknown, id: string): ContainerConfig | ConfigProblem {
  const top = keysOf(data)
  if (top.ID !== id) return { problem: 'is of another container' }
  const config = keysOf(top.Config)
  return {
    id,
    name: textOf(top.Name).replace(/^\//, ''),
    image: textOf(config.Image),
    labels: textsOf(config.Labels),
    logDriver: textOf(keysOf(keysOf(top.HostConfig).LogConfig).Type),
    logPath: textOf(top.LogPath),
    isTty: typeof config.Tty === 'boolean' ? config.Tty : undefined,
    isRunning: undefined,
    wasStarted: !/^(?:0001-|$)/.test(textOf(keysOf(top.State).StartedAt)),
  }
}

function keysOf(value: unknown): Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Keys) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(keysOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(texts)
}
