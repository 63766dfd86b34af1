/** Which names the patterns of a source have, in words of this test: no glob is parsed here. And the names that logs are written under. */
export interface Layout {
  readonly patterns: readonly string[]
  isNamed(path: string): boolean
  /** Rotated files keep names that the patterns have. */
  readonly namesAll: boolean
}

export const FOLDERS = ['a', 'b']
/** A symbolic link into a folder that no pattern has. */
export const LINK = 'current.log'
export const LINKED_FOLDER = 'store'
/** The first one is taken more often. */
export const SLOTS = ['a/app.log', 'a/app.log', 'b/app.log', 'a/other.log', LINK]

export const LAYOUTS: readonly Layout[] = [
  { patterns: ['**/*.log*'], isNamed: (path) => path.includes('.log') && !path.endsWith('.tmp'), namesAll: true },
  { patterns: ['a/app.log'], isNamed: (path) => path === 'a/app.log', namesAll: false },
  // Live names alone, some of them by two patterns.
  {
    patterns: ['{a,b}/*.log', LINK, 'a/app.l*g'],
    isNamed: (path) => path === LINK || /^[ab]\/[^/]*\.log$/.test(path),
    namesAll: false,
  },
]

/** Of the second source, if there is one. */
export const FOLDER_B: Layout = {
  patterns: ['b/*.log*'],
  isNamed: (path) => /^b\/.*\.log/.test(path) && !path.endsWith('.tmp'),
  namesAll: false,
}
