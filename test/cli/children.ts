/** The built program as children of one test file: whatever becomes of a test, none of those that it started lives on. */
import { type Served, serve } from './program.ts'

export class Children {
  readonly #started: Served[] = []

  /** Runs until it says where it serves; in memory, unless `--state.dir` is among the arguments. */
  async start(args: readonly string[]): Promise<Served> {
    return this.adopt(await serve(args))
  }

  /** For one that was started in another way. */
  adopt(served: Served): Served {
    this.#started.push(served)
    return served
  }

  /** For `afterEach`, before its folder is removed: when this ends, nobody writes there any more. */
  async kill(): Promise<void> {
    for (const { child, ended } of this.#started.splice(0)) {
      child.kill('SIGKILL')
      await ended
    }
  }
}
