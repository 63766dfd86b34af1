/** What a pipeline is made of: sources, each with how its streams are cut into lines, and what all lines are applied with. */
import type { EnvelopeChoice } from '../decode/envelope/choice.ts'
import type { FormatChoice } from '../decode/format/choice.ts'
import type { Mappings } from '../mapping/mappings.ts'
import type { Source } from '../source/source.ts'
import type { CreateFramer, EventStreamOptions } from './event-stream.ts'
import type { ApplierOptions } from './line-applier.ts'

export interface Intake {
  readonly source: Source
  readonly createFramer: CreateFramer
  /** What wraps the lines, unless the source knows it; default: it is found out. */
  readonly envelope?: EnvelopeChoice
  /** What the lines are written in; default: JSON. */
  readonly format?: FormatChoice
}

export interface PipelineOptions extends Omit<ApplierOptions, 'source' | 'mapping'> {
  /** Each source's lines go through the one that is its own. */
  readonly mappings: Mappings
  readonly maxLineBytes: number
  /** The lines of a log have told what wraps them. */
  readonly onEnvelope?: EventStreamOptions['onEnvelope']
  /** The lines of a log have told what they are written in. */
  readonly onFormat?: EventStreamOptions['onFormat']
}
