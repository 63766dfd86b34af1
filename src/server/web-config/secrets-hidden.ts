/** A web configuration as it may be shown: passwords, hashes and keys are stars, and everything else stands where it stood. */
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { YamlSource } from '../../diag/yaml-source.ts'
import { SECTIONS } from './keys.ts'

/** What is a private key or a hash wherever it stands: pasted in the place of a path, say. */
const BY_FORM = /-----BEGIN [^-\n]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-\n]*-----|$)|\$2[a-z]?\$[+\d]\d\$[./A-Za-z0-9]{8,}/g

/** Diagnostics that need no document to be placed, with the text that they may quote. */
export function withoutSecrets(
  diagnostics: readonly Diagnostic[],
  source: YamlSource,
): { readonly diagnostics: readonly Diagnostic[]; readonly texts: ReadonlyMap<string, YamlSource> } {
  const placed = diagnostics.map((diagnostic) => ({
    ...diagnostic,
    message: diagnostic.message.replace(BY_FORM, '*****'),
    place: { file: source.file, span: source.span(diagnostic.place) },
  }))
  return { diagnostics: placed, texts: new Map([[source.file, new YamlSource(source.file, hidden(source))]]) }
}

function hidden(source: YamlSource): string {
  const found = source.diagnostics().length > 0 ? undefined : source.data()
  // Where it is not known what is a value, all may be one.
  if (found === undefined || 'problem' in found) return source.text.replace(/^(\s*(?:- +)?[\w.-]*:?)(.*)$/gm, starred)
  let text = source.text
  for (const path of secretPaths(found.value)) {
    const [start, end] = source.scalarSpan(path) ?? source.span({ file: source.file, path })
    text = text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, '*') + text.slice(end)
  }
  return text.replace(BY_FORM, (secret) => secret.replace(/[^\n]/g, '*'))
}

function starred(_line: string, key: string, value: string): string {
  return (key.endsWith(':') ? key : key.replace(/\S/g, '*')) + value.replace(/\S/g, '*')
}

/** All but what is known to be none: a section that is called otherwise may hold the users. */
function secretPaths(value: unknown): (readonly string[])[] {
  return Object.entries(Object(value) as object).flatMap(([top, inner]) => {
    const known: readonly string[] = isSection(top) ? SECTIONS[top].map(([key]) => key).filter((key) => key !== 'key') : []
    const isWhole = known.length === 0 || typeof inner !== 'object'
    const hiddenKeys = Object.keys(Object(inner) as object).filter((key) => !known.includes(key))
    return [...hiddenKeys.map((key) => [top, key]), ...(isWhole ? [[top]] : [])]
  })
}

function isSection(name: string): name is keyof typeof SECTIONS {
  return Object.hasOwn(SECTIONS, name)
}
