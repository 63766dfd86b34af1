/** Of things in order: those that wait for events of one name, or for all events. Made once, since a mapping may have thousands of names. */
import type { Takes } from './takes.ts'

export class Waiters<Thing> {
  readonly #things: readonly Thing[]
  /** Where those stand that wait for all events. */
  readonly #forAll: number[] = []
  readonly #byName = new Map<string, number[]>()

  constructor(things: readonly Thing[], takesOf: (thing: Thing) => Pick<Takes, 'events'>) {
    this.#things = things
    for (const [i, thing] of things.entries()) {
      const { events } = takesOf(thing)
      if (events === undefined) this.#forAll.push(i)
      else for (const name of new Set(events)) this.#add(name, i)
    }
  }

  /** undefined: of no name. */
  of(name: string | undefined): Thing[] {
    const named = name === undefined ? undefined : this.#byName.get(name)
    const all = named === undefined ? this.#forAll : [...this.#forAll, ...named].sort((a, b) => a - b)
    return all.map((i) => this.#things[i]!)
  }

  #add(name: string, i: number): void {
    const known = this.#byName.get(name)
    if (known === undefined) this.#byName.set(name, [i])
    else known.push(i)
  }
}
