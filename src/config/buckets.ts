/** Named bucket lists. Shipped presets share them, since metrics of several files merge only if their buckets are equal. */
export const NAMED_BUCKETS: Readonly<Record<string, readonly number[]>> = {
  /** Calls of tools and services: 5 ms to 1 min. */
  seconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  /** Calls of models: 10 ms to 82 s, as OpenTelemetry advises for them. */
  model_seconds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  /** Whole runs of an agent: 1 s to 2 h. */
  run_seconds: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
  tokens: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576],
  bytes: [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216],
  usd: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 50],
  count: [1, 2, 3, 5, 8, 13, 21, 34, 55, 89],
}

export type BucketsSpec = string | readonly number[] | { readonly start: number; readonly factor: number; readonly count: number }

/** Upper bounds; undefined for a name that is not known. */
export function bucketBounds(spec: BucketsSpec): readonly number[] | undefined {
  if (typeof spec === 'string') return Object.hasOwn(NAMED_BUCKETS, spec) ? NAMED_BUCKETS[spec] : undefined
  if (!('start' in spec)) return spec
  // Rounded to 12 digits: 0.1 × 10 × 10 must be 10, not 10.000000000000002.
  return Array.from({ length: spec.count }, (_, i) => Number((spec.start * spec.factor ** i).toPrecision(12)))
}
