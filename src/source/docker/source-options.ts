/** What the source that asks a Docker daemon is made of. */
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import type { Select } from '../containers.ts'
import type { SourceLog } from '../source-log.ts'
import type { Clock, Waker } from '../wake.ts'

/** How the daemon is reached. */
export interface DockerHost {
  /** `unix:///run/docker.sock`, `tcp://host:port` or `http(s)://host:port`, as the user wrote it. */
  readonly address: string
  /** Folder of `ca.pem`, `cert.pem` and `key.pem`; undefined: no TLS but for `https:`. */
  readonly certFolder: string | undefined
}

export interface DockerApiSourceOptions {
  readonly name: string
  readonly host: DockerHost
  /** Whether a container is read; asked again when it got another name. */
  readonly select: Select
  readonly streams: readonly ('stdout' | 'stderr')[]
  /** Lines that are there at the first start. */
  readonly history: 'count' | 'skip' | 'prime'
  /** Read all to its end, then resolve. */
  readonly once: boolean
  readonly maxLineBytes: number
  readonly telemetry: OwnMetrics
  readonly log?: SourceLog
  readonly clock: Clock
  readonly waker: Waker
}
