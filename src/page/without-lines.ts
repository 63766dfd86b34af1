/** The page for who is not at this machine: names, counts and labels stay, as the metrics have them too; text of lines goes. */
import type { ExampleView, PageModel } from './model.ts'

/** Said in the place of each. */
export const NOT_SHOWN =
  'Lines of the log are shown only to who asks this machine, or its container from inside, as localhost, for example through ssh -L or kubectl port-forward. agentlog-exporter explain LOG tells of them too.'
const WHY_NOT_SHOWN = 'its conditions did not hold'

export function withoutLines(model: PageModel): PageModel {
  return {
    ...model,
    events: model.events.map((event) => ({
      ...event,
      reasons: event.reasons.map((reason) => ({ ...reason, why: WHY_NOT_SHOWN })),
      examples: event.examples.map(({ outcome, example }) => ({ outcome, example: hidden(example) })),
    })),
    rejects: model.rejects.map(withoutExample),
    skips: model.skips.map(withoutExample),
  }
}

function withoutExample<T extends { readonly why: string | undefined; readonly example: ExampleView | undefined }>(loss: T): T {
  return { ...loss, why: undefined, example: loss.example && hidden(loss.example) }
}

function hidden(example: ExampleView): ExampleView {
  return { ...example, text: NOT_SHOWN }
}
