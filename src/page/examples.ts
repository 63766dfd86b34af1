/** Texts of a log and kept lines of it → what may be shown of them: masked, cut, with where and when they came from. */
import { maskedExample } from '../mask/example.ts'
import type { Masks } from '../mask/masks.ts'
import type { Example } from '../pipeline/sightings.ts'
import type { PageFacts } from './facts.ts'
import type { ExampleView } from './model.ts'

const MAX_EXAMPLE_LENGTH = 1200
const MAX_TEXT_LENGTH = 80

/** A name, a path, a label's value. */
export function shownText(text: string, masks: Masks, maxLength: number = MAX_TEXT_LENGTH): string {
  return maskedExample(text, maxLength, { masks })
}

export function exampleView(example: Example | undefined, { masks, wallClockMs }: PageFacts): ExampleView | undefined {
  if (example === undefined) return undefined
  const { bytes, lineBytes, source, file, atMs } = example
  return {
    text: maskedExample(bytes, MAX_EXAMPLE_LENGTH, { masks, isCut: lineBytes > bytes.length }),
    from: shownText(file || source, masks, MAX_EXAMPLE_LENGTH),
    ageSeconds: Math.max(0, (wallClockMs() - atMs) / 1000),
  }
}
