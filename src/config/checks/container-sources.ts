/** Sources of containers: globs that can match a name, a root that is absolute. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { type MappingFile, placeIn, type RawSource } from '../raw.ts'

/** Lists of globs by kind. */
const GLOBS = { docker: ['names'], kubernetes: ['namespaces', 'pods', 'containers'] } as const

export function checkContainerSources({ file, raw }: MappingFile, _: unknown, report: Report): void {
  const error = (message: string, path: NodePath, hint?: string): void =>
    report({ severity: 'error', code: 'bad-value', message, place: placeIn(file, path), ...(hint ? { hint } : {}) })
  for (const [i, source] of (raw.sources ?? []).entries()) {
    for (const kind of ['docker', 'kubernetes'] as const) {
      const root = source[kind]?.root
      if (root !== undefined && !root.startsWith('/'))
        error(`"${root}" is no absolute path, and what it is relative to would depend on where the exporter starts`, [
          ...['sources', i, kind, 'root'],
        ])
      for (const [key, j, glob] of globsOf(source, kind)) {
        const problem = globProblem(glob)
        if (problem !== undefined) error(`"${glob}" ${problem.is}`, ['sources', i, kind, key, j], problem.hint)
      }
    }
  }
}

function globsOf(source: RawSource, kind: 'docker' | 'kubernetes'): (readonly [string, number, string])[] {
  const lists = (source[kind] ?? {}) as Readonly<Record<string, unknown>>
  return GLOBS[kind].flatMap((key) => ((lists[key] ?? []) as readonly string[]).map((glob, j) => [key, j, glob] as const))
}

interface GlobProblem {
  readonly is: string
  readonly hint?: string
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' }

function globProblem(glob: string): GlobProblem | undefined {
  if (glob.includes('/')) {
    const hint = /^\/[^/]+$/.test(glob) ? `names are written without the leading slash: "${glob.slice(1)}"` : undefined
    return { is: 'matches nothing: no name has a slash', ...(hint ? { hint } : {}) }
  }
  const open: string[] = []
  for (let i = 0; i < glob.length; i++) {
    const character = glob[i]!
    if (character === '\\') i++
    else if (open.at(-1) === character) open.pop()
    else if (open.at(-1) !== ']' && CLOSING[character] !== undefined) open.push(CLOSING[character])
  }
  return open.length === 0 ? undefined : { is: `is no glob: "${open.at(-1)}" is missing` }
}
