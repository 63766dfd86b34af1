/**
 * What is asked of a Docker daemon: its clock, its containers, a container's log, what happens to containers. No other question exists here, and
 * paths are made of nothing but 64 hex digits, so nothing that a container is called or writes can name another one. Containers are not
 * inspected: that would hand over their environment, which holds secrets, and the list says all that is needed.
 */
import type { IncomingMessage } from 'node:http'
import { type ContainerInfo, isContainerId } from '../containers.ts'
import { type DockerClient, dateOf, RefusedError } from './client.ts'
import { containersIn } from './container-list.ts'
import type { StreamName } from './log-frame.ts'
import { LogTimes, sinceText, timeOfMs } from './log-time.ts'

export interface LogRequest {
  readonly id: string
  readonly since: string
  readonly isFollowed: boolean
  readonly streams: readonly StreamName[]
}

export interface OpenedLog {
  readonly answer: IncomingMessage
  /** The daemon's clock, in whole seconds. */
  readonly dateMs: number | undefined
}

const HAPPENINGS = ['create', 'start', 'die', 'rename', 'destroy']

export class Engine {
  readonly #client: DockerClient

  constructor(client: DockerClient) {
    this.#client = client
  }

  /** All containers, running or not. */
  async containers(signal: AbortSignal): Promise<ContainerInfo[]> {
    const { value } = await this.#client.whole('/containers/json', { all: '1' }, signal)
    return containersIn(value)
  }

  /** The daemon's clock, in whole seconds where a proxy lets nobody ask for more. */
  async now(signal: AbortSignal): Promise<string> {
    try {
      const { value, dateMs } = await this.#client.whole('/info', {}, signal)
      const { SystemTime } = Object(value) as { SystemTime?: unknown }
      return new LogTimes().parse(String(SystemTime)) ?? timeOfMs(dateMs ?? Date.now())
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      const { dateMs } = await this.#client.whole('/containers/json', { limit: '1' }, signal)
      return timeOfMs(dateMs ?? Date.now())
    }
  }

  async openLog({ id, since, isFollowed, streams }: LogRequest, signal: AbortSignal): Promise<OpenedLog> {
    if (!isContainerId(id)) throw new Error('a container is named by 64 hex digits')
    const flag = (is: boolean): string => (is ? '1' : '0')
    const query = {
      follow: flag(isFollowed),
      stdout: flag(streams.includes('stdout')),
      stderr: flag(streams.includes('stderr')),
      timestamps: '1',
      since: sinceText(since),
    }
    const answer = await this.#client.stream(`/containers/${id}/logs`, query, signal)
    return { answer, dateMs: dateOf(answer) }
  }

  /** Without end. `since`: what happened from then on is told once more. */
  openEvents(since: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    const filters = JSON.stringify({ type: ['container'], event: HAPPENINGS })
    return this.#client.stream('/events', { filters, ...(since === undefined ? {} : { since: sinceText(since) }) }, signal)
  }
}
