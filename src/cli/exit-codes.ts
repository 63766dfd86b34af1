/** What the exit status of every verb means. */
export const EXIT = {
  ok: 0,
  /** Problems were found, or the run failed. */
  failed: 1,
  /** Wrong usage or a bad mapping. */
  usage: 2,
  /** A second SIGINT. */
  interrupted: 130,
} as const
