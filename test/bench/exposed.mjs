/** Samples of a text exposition, as the truth names them, and how far the two differ. Labels that the truth does not know are ignored. */

const LABELS = new Set(['tool_name', 'status', 'model_id', 'token_type', 'tier', 'agent', 'le'])
const RELATIVE_TOLERANCE = 1e-6

/** `name{sorted labels}` → number. */
export function exposedSamples(text) {
  const samples = new Map()
  for (const line of text.split('\n')) {
    const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line)
    if (parts) samples.set(`${parts[1]}{${knownLabels(parts[2] ?? '')}}`, Number(parts[3]))
  }
  return samples
}

function knownLabels(text) {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(([, name]) => LABELS.has(name))
  return pairs
    .map(([, name, value]) => `${name}="${name === 'le' && value !== '+Inf' ? Number(value) : value}"`)
    .sort()
    .join(',')
}

/** Keys of `truth` whose sample is missing or wrong. */
export function wrongSamples(truth, samples) {
  const sorted = (key) => key.replace(/\{(.*)\}$/, (_, labels) => `{${labels.split(',').sort().join(',')}}`)
  return [...truth].filter(([key, value]) => !isNear(samples.get(sorted(key)), value)).map(([key]) => key)
}

function isNear(found, value) {
  return found !== undefined && Math.abs(found - value) <= Math.max(RELATIVE_TOLERANCE * Math.abs(value), 1e-9)
}
