/**
 * A first word that is nearly a verb and no file: somebody mistyped it. Taken as a log it would start an exporter that waits for a file
 * which never comes.
 */
import { existsSync } from 'node:fs'
import { nearest } from '../diag/suggest.ts'

/** What to say to who typed it; undefined: the word is something else. */
export function mistypedVerb(argv: readonly string[], verbs: readonly string[]): string | undefined {
  const [word = ''] = argv
  if (!/^[a-z]+$/i.test(word) || verbs.includes(word)) return undefined
  const verb = nearest(word, verbs)
  if (verb === undefined || existsSync(word)) return undefined
  return `agentlog-exporter: no verb and no file is called "${word}"; did you mean ${verb}? (A log of that name that is still to come: ./${word})\n`
}
