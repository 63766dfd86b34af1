/** A section of the reference: a table with words around it. */
export interface Section {
  /** Asked for by this name, and the anchor in the document. */
  readonly id: string
  readonly title: string
  /** Markdown before the table. */
  readonly words?: string
  readonly columns: readonly string[]
  /** The first cell names the entry. */
  readonly rows: readonly (readonly string[])[]
  /** Markdown behind the table. */
  readonly more?: string
}

export function yaml(text: string): string {
  return `\`\`\`yaml\n${text}\`\`\`\n`
}
