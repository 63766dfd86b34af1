/** Where a verb writes and what it may know of the terminal: the process's in `main.ts`, a string in tests. */
export interface Io {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly colour: boolean
  /** Resolves when standard output can take more; missing: it always can. For verbs that write without end. */
  readonly drained?: () => Promise<void> | undefined
}
