/** Names of metrics as words: what all of them share, and what rows, panels and alerts are called after them. */

/** Says how it is measured, and not what. */
const MEASURES = new Set(['total', 'seconds', 'bytes', 'usd', 'dollars', 'ratio', 'info', 'timestamp'])
const ACRONYMS = new Set(['llm', 'mcp', 'http', 'api', 'usd', 'db', 'cpu', 'gc', 'oauth', 'url', 'io', 'ttft'])

/** `agentRuns_total` → agent, runs, total. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

/** How many words all names begin with; each keeps at least one of its own. */
export function sharedWordCount(names: readonly string[]): number {
  const all = names.map(wordsOf)
  const [first = []] = all
  if (all.length < 2) return 0
  const most = Math.min(...all.map((words) => words.length)) - 1
  let count = 0
  while (count < most && all.every((words) => words[count] === first[count])) count++
  return count
}

/** `shop_agent_tool_calls_total` of a mapping of `shop_agent_…` → "Tool calls". */
export function titleOf(name: string, sharedCount: number): string {
  return sentence(ownWords(name, sharedCount))
}

/** What the metric is about: the first word of its own, as of one thing. */
export function subjectOf(name: string, sharedCount: number): string {
  const [first = ''] = ownWords(name, sharedCount)
  return first.length > 3 && /[^s]s$/.test(first) ? first.slice(0, -1) : first
}

export function sentence(words: readonly string[]): string {
  const shown = words.map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word)).join(' ')
  return shown.charAt(0).toUpperCase() + shown.slice(1)
}

/** `shop_agent_tool_calls_total` → ShopAgentToolCalls: the beginning of an alert's name. */
export function camelOf(name: string): string {
  const words = withoutMeasure(wordsOf(name))
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** For names of objects, files and groups: lower case, digits, dashes. */
export function slugOf(text: string): string {
  return wordsOf(text).join('-')
}

function ownWords(name: string, sharedCount: number): readonly string[] {
  const all = wordsOf(name)
  const own = all.slice(sharedCount)
  return withoutMeasure(own.every((word) => MEASURES.has(word)) ? all : own)
}

function withoutMeasure(words: readonly string[]): readonly string[] {
  const last = words.findLastIndex((word) => word === 'info' || !MEASURES.has(word))
  return last < 0 ? words : words.slice(0, last + 1)
}
