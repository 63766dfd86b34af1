/** What stands in a record is not what was written there, or was written by a later version. */
export class BrokenRecord extends Error {
  override readonly name = 'BrokenRecord'
}

/** Written by a version after this one: nothing is touched, the user decides. */
export class LaterRecord extends Error {
  override readonly name = 'LaterRecord'
}
