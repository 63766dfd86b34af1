/** The reference as Markdown: whole, or what answers to one name. */
import { nearest } from '../diag/suggest.ts'
import type { Section } from './section.ts'

export function wholeReference(sections: readonly Section[]): string {
  const contents = sections.map(({ id, title }) => `- [${title}](#${id})`).join('\n')
  return `# Reference

Every key, flag, metric and diagnostic, made by \`agentlog-exporter reference\` from the sources that define them. One of them alone:
\`agentlog-exporter reference NAME\`, such as \`reference one_of\` or \`reference agentlog_events_total\`.

${contents}

${sections.map(sectionText).join('\n')}`
}

/** What a name stands for: a section, or its entries of that name. */
export function topic(name: string, sections: readonly Section[]): string | { readonly near: string | undefined } {
  const section = sections.find(({ id }) => id === name)
  if (section !== undefined) return sectionText(section).replace(/^<a .*\n\n/, '')
  const wanted = name.replace(/^--?/, '')
  const found = sections.flatMap((one) => {
    const rows = one.rows.filter(([first]) => namesOf(first!).includes(wanted))
    return rows.map((row) => entryText(one, row, wanted))
  })
  if (found.length > 0) return found.join('\n')
  const known = sections.flatMap(({ id, rows }) => [id, ...rows.flatMap(([first]) => namesOf(first!))])
  return { near: nearest(wanted, known) }
}

/** `-c, --config.file <file>` is found as `c` and as `config.file`, `once: within` as `within` too. */
function namesOf(cell: string): string[] {
  const flags = [...cell.matchAll(/(?:^|[ ,])--?([a-z][\w.-]*)/g)].map((match) => match[1]!)
  if (flags.length > 0) return flags
  const inner = /^\w+: (\w+)$/.exec(cell)?.[1]
  return inner === undefined ? [cell] : [cell, inner]
}

function sectionText({ id, title, words, columns, rows, more }: Section): string {
  const head = `<a id="${id}"></a>\n\n## ${title}\n`
  return [head, words && `${words}\n`, table(columns, rows), more && `\n${more}`].filter(Boolean).join('\n')
}

function entryText({ title, columns, rows: _, more }: Section, row: readonly string[], name: string): string {
  const [first, ...rest] = columns
  const facts = rest.map((column, i) => (row[i + 1] ? `${column}: ${row[i + 1]}` : '')).filter(Boolean)
  const example =
    more === undefined ? undefined : new RegExp(`\`${escapeRegExp(name)}\`:\n\n(\`\`\`yaml\n[\\s\\S]*?\`\`\`)`).exec(more)?.[1]
  return `${first} \`${row[0]}\` (${title})\n${facts.map((fact) => `  ${fact}\n`).join('')}${example ? `\n${example}\n` : ''}`
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const safe = (cell: string, i: number): string =>
    i === 0 && cell !== '' ? `\`${cell}\`` : cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')
  return `${[line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(row.map(safe)))].join('\n')}\n`
}
