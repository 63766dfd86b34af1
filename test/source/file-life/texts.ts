/** What writers write: lines that no other line is like, so that a loss and a double cannot be mistaken for each other. */
import type { Kept, Text } from './operations.ts'

/** Longer than what is compared of the beginning of files. */
export const BANNER = `banner${'='.repeat(1100)}`
const WINDOW_BYTES = 70_000
const HUGE_BYTES = 300_000

export class Texts {
  #lines = 0

  next({ line, count, ends }: Text): string {
    const lines = Array.from({ length: line === 'huge' || line === 'window' ? 1 : count }, () => this.#line(line))
    return lines.join('\n') + (ends ? '\n' : '')
  }

  #line(kind: Text['line']): string {
    const n = `${++this.#lines}:`
    const filled = (bytes: number) => n.repeat(Math.ceil(bytes / n.length))
    switch (kind) {
      case 'short':
        return n
      case 'tail':
        return n + 'x'.repeat(300)
      case 'banner':
        return BANNER + n
      case 'empty':
        return ''
      case 'kilo':
        return filled(1500)
      case 'window':
        return filled(WINDOW_BYTES)
      case 'huge':
        return filled(HUGE_BYTES)
    }
  }
}

export function keptBytes(text: string, keeps: Kept | 'all'): number {
  switch (keeps) {
    case 'all':
      return text.length
    case 'nothing':
      return 0
    case 'one byte':
      return Math.min(1, text.length)
    case 'half':
      return text.length >> 1
    case 'all but one':
      return Math.max(0, text.length - 1)
    case 'whole lines':
      return text.lastIndexOf('\n') + 1
  }
}

/** Lines that end in a text. NULs before one are the hole that a writer leaves who goes on where it was after a truncation. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map(withoutHole)
}

export function withoutHole(line: string): string {
  let start = 0
  while (line[start] === '\0') start++
  return line.slice(start)
}

/** A text in few characters. */
export function brief(text: string): string {
  const shown = text.length <= 24 ? text : `${text.slice(0, 10)}…${text.slice(-4)}`
  return `${JSON.stringify(shown)}${text.length > 24 ? ` (${text.length} bytes)` : ''}`
}
