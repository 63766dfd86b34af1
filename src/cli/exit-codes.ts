/** What the exit status of every verb means. */
/** For the reference. */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  0: 'fine',
  1: 'problems were found or the run failed: a failed case, a warning under `check --strict`, a log that cannot be read, a taken port',
  2: 'wrong usage or a bad mapping; nothing was read',
  130: 'a second signal, if that was SIGINT: ended at once; what was read since the last commit is read again',
  143: 'the same, if it was SIGTERM',
}

export const EXIT = {
  ok: 0,
  /** Problems were found, or the run failed. */
  failed: 1,
  /** Wrong usage or a bad mapping. */
  usage: 2,
} as const
