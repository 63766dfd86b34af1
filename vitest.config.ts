import { defineConfig } from 'vitest/config'

/**
 * `unit` is `npm test`: no root, no Debian package, no ../shared. `real` needs the real components and runs in .ci/run, as do the fault
 * tests: those that only count (`counting`), a few at a time; then, one by one, those that measure times or memory, or share a daemon.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**', 'test/faults/**', 'test/seeds/rows.test.ts', 'test/seeds/shown/**'],
          setupFiles: ['test/fixed-seed.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'real-counting',
          include: ['test/real/counting/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'seeds',
          include: ['test/seeds/rows.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'shown',
          include: ['test/seeds/shown/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'faults-counting',
          include: ['test/faults/counting/*.test.ts'],
          testTimeout: 1_800_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/*.test.ts'],
          testTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
