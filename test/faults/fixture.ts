/** What a fault test is given: a folder, and a list of processes that are killed when it ends. Several may run at once. */
import { test } from 'vitest'
import { type Running, Scratch } from '../real/workbench.ts'

export interface Fixture {
  readonly scratch: Scratch
  readonly processes: Running[]
}

export const faultTest = test.extend<Fixture>({
  // biome-ignore lint/correctness/noEmptyPattern: what vitest asks of a fixture that needs no other
  scratch: async ({}, use) => {
    const scratch = new Scratch()
    await use(scratch)
    scratch.remove()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  processes: async ({}, use) => {
    const processes: Running[] = []
    await use(processes)
    for (const running of processes) await running.stop('SIGKILL')
  },
})
