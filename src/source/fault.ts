/** What keeps a source from being read as it should be, for who asks how it stands. */
export interface Fault {
  /** A path, a pattern, a daemon. */
  readonly what: string
  readonly why: string
  /** Nothing of it can be read until somebody does something: what is named is gone, or access is refused. Else there is nothing to read yet. */
  readonly isDown: boolean
}
