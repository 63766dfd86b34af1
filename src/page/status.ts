/** The state of all in one sentence: the first of these that holds, worst first. No numbers in it, so that it changes only with the state. */
import type { Flow, PageModel, SourceView, Status } from './model.ts'

export type StatusFacts = Pick<PageModel, 'sources' | 'flow' | 'events' | 'warnings'> & { readonly isReady: boolean }

export function statusOf(facts: StatusFacts): Status {
  return (
    sourceStatus(facts) ??
    lossStatus(facts) ?? { level: 'ok', sentence: 'Every line is read, and every event that rules wait for counts.' }
  )
}

function sourceStatus({ sources, flow, isReady }: StatusFacts): Status | undefined {
  const down = sources.filter((source) => source.state === 'down')
  if (down.length > 0 && down.length === sources.length) return allDown(down)
  if (!isReady)
    return {
      level: 'note',
      sentence: 'Reading what was in the logs at the start; numbers are not complete yet.',
      anchor: 'sources',
    }
  if (down.length > 0)
    return {
      level: 'warning',
      sentence: `${down.length === 1 ? 'One source' : 'Some sources'} cannot be read.`,
      anchor: 'sources',
    }
  if (flow.lines === 0) return { level: 'note', sentence: 'The sources are open, and no line has come yet.', anchor: 'sources' }
  return undefined
}

function allDown(down: readonly SourceView[]): Status {
  const isEnded = down.every((source) => source.kind === 'stdin' && source.lines > 0)
  if (isEnded) return { level: 'note', sentence: 'Standard input has ended; the numbers stay.', anchor: 'sources' }
  return { level: 'bad', sentence: 'No source can be read, so there are no numbers.', anchor: 'sources' }
}

function lossStatus({ flow, events, warnings, sources }: StatusFacts): Status | undefined {
  if (flow.events === 0 && flow.rejected > 0)
    return { level: 'bad', sentence: 'Lines come, but none of them is a JSON object, so nothing is counted.', anchor: 'rejected' }
  if (flow.mapped === 0 && flow.events > flow.dropped)
    return nothingMapped(
      flow,
      events.some((event) => event.near !== undefined),
    )
  if (flow.overflow > 0)
    return {
      level: 'warning',
      sentence: 'Some labels have too many values: part of the counts stands under _other.',
      anchor: 'metrics',
    }
  if (warnings.some((warning) => warning.level === 'bad' || warning.level === 'warning'))
    return { level: 'warning', sentence: 'Events are counted; a warning needs a look.', anchor: 'warnings' }
  if (flow.mapped < (flow.events - flow.dropped) / 2)
    return { level: 'note', sentence: 'Events are counted, but most of what comes counts nowhere.', anchor: 'events' }
  if (flow.unmapped + flow.unmatched + flow.rejected + flow.skipped > 0)
    return {
      level: 'ok',
      sentence: 'Events are counted; some of what came counts nowhere.',
      anchor: flow.rejected > 0 && flow.unmapped + flow.unmatched === 0 ? 'rejected' : 'events',
    }
  return sources.every((source) => source.state === 'idle')
    ? { level: 'ok', sentence: 'All is read and counted; the logs are quiet.' }
    : undefined
}

function nothingMapped(flow: Flow, hasNear: boolean): Status {
  if (flow.unmatched > flow.unmapped)
    return {
      level: 'bad',
      sentence: 'Rules wait for these events, but their conditions hold for none of them.',
      anchor: 'events',
    }
  const hint = hasNear ? ' Some names are nearly right.' : ''
  return {
    level: 'bad',
    sentence: `Events come, but no rule waits for their names, so nothing is counted.${hint}`,
    anchor: 'events',
  }
}
