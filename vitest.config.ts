import { defineConfig } from 'vitest/config'

/** `unit` is `npm test`: no root, no Debian package, no ../shared. `real` needs the real components and runs in .ci/run, as does `faults`. */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/real/**', 'test/faults/**'], testTimeout: 20_000 },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: { name: 'faults', include: ['test/faults/**/*.test.ts'], testTimeout: 1_800_000, fileParallelism: false },
      },
    ],
  },
})
