/** Types of mix.mjs for the tests that use it. */
export function writeMix(
  path: string,
  lineCount: number,
  seed: number,
): { readonly byteCount: number; readonly samples: ReadonlyMap<string, number> }
