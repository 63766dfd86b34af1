/** What a mapping file may be at most, so that reading one takes no more than a second whatever it holds. */

export const MAX_YAML_BYTES = 512 * 1024
const MAX_DEPTH = 64
/** Values of a file, those that aliases repeat counted each time. A large preset has some thousands. */
const MAX_VALUES = 20_000
/** Marks that begin a value or a key: a text with more of them is not parsed at all. */
const MAX_MARKS = 60_000

/** Why the text is not parsed at all, or undefined. */
export function yamlRefusal(text: string): string | undefined {
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) return `the file is larger than ${MAX_YAML_BYTES} bytes`
  if (/^\ufeff?%/.test(text)) return 'directives such as %YAML are not read: a mapping is YAML 1.2'
  if (flowDepth(text) > MAX_DEPTH || blockDepth(text) > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`
  return (text.match(/[[{,:]|- /g)?.length ?? 0) > MAX_MARKS ? `the file has more than ${MAX_VALUES} values` : undefined
}

/** Brackets that are open at once. Those in texts count too: no mapping has so many unbalanced ones. */
function flowDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1)
  }
  return deepest
}

/** Lines that are indented further than the one before, and marks of lists in lists on one line. */
function blockDepth(text: string): number {
  const open: number[] = []
  let deepest = 0
  for (const line of text.split('\n')) {
    const lead = /^[ ]*((?:[-?:] +)*)/.exec(line)!
    const indent = lead[0].length - lead[1]!.length
    while (open.length > 0 && open.at(-1)! >= indent) open.pop()
    open.push(indent)
    deepest = Math.max(deepest, open.length + lead[1]!.replace(/ /g, '').length)
  }
  return deepest
}

/** Why the data is too much, or undefined: aliases repeat what they stand for, and may even stand inside it. */
export function expansionProblem(value: unknown): string | undefined {
  let count = 0
  const around = new Set<object>()
  const visit = (inner: unknown): string | undefined => {
    if (++count > MAX_VALUES) return `the file has more than ${MAX_VALUES} values, those of its aliases counted each time`
    if (typeof inner !== 'object' || inner === null) return undefined
    if (around.has(inner)) return 'an alias stands inside the very thing that it stands for'
    around.add(inner)
    for (const part of Object.values(inner)) {
      const problem = visit(part)
      if (problem !== undefined) return problem
    }
    around.delete(inner)
    return undefined
  }
  return visit(value)
}
