/**
 * Containers of a Docker daemon by its interface: who reads their files has more (rotated lines that a daemon skips), who may not, reads here.
 * Each line that the daemon still gives counts exactly once, over reconnects, restarts of the daemon and of this process. The list of containers
 * is the truth about which there are; events only make what happens known sooner.
 */
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import { monotonicClock, TimedWaker, type Waker } from '../wake.ts'
import type { OpenStream, Position, RecordedPositions, Source } from '../source.ts'
import { Backoff } from './backoff.ts'
import { RefusedError } from './client.ts'
import { Crew, PastFeeds } from './crew.ts'
import { CriBatch } from './cri-batch.ts'
import { DockerMeter } from './docker-meter.ts'
import type { Engine } from './engine.ts'
import { readEvents } from './event-lines.ts'
import { HistoryMark, isHistoryMark } from './history-mark.ts'
import { Link } from './link.ts'
import { engineAt } from './lister.ts'
import { readLogsOnce } from './read-once.ts'
import { Slots } from './slots.ts'
import type { DockerApiSourceOptions } from './source-options.ts'
