/** All types of metric, one line each. */
import type { FamilyType } from '../family-spec.ts'
import { counter } from './counter.ts'
import { gauge } from './gauge.ts'
import { histogram } from './histogram.ts'
import { info } from './info.ts'
import type { Kind } from './kind.ts'
import { summary } from './summary.ts'

export const KINDS: Readonly<Record<FamilyType, Kind>> = { counter, gauge, histogram, info, summary }
