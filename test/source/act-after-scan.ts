/** A guide that knows nothing more of any file, and acts between the listing of files and their opening. */
import type { Guide } from '../../src/source/file/guide.ts'

export function guideThat(act: () => void, hasCopies: boolean): Guide {
  return {
    hasCopies,
    changes: 0,
    patterns: [],
    isShut: false,
    look: () => {},
    wants: () => true,
    mayWant: () => true,
    about: () => ({}),
    problems: (found) => {
      act()
      return found
    },
    cure: () => undefined,
  }
}
