/** The status page and what belongs to it. What it shows comes as text from above. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What the server needs of the page. */
export interface PageTexts {
  /** The whole page; `withLines`: for who may see lines of the log. */
  document(withLines: boolean): string
  /** The part of it that changes, for the page's own script. */
  live(withLines: boolean): string
  readonly style: string
  readonly script: string
  readonly icon: string
}

/** Everything that a page loads is ours and has a path of its own, so that the policy allows nothing inline. */
export const PAGE_PATHS = ['/', '/page.live', '/page.css', '/page.js', '/page.svg'] as const

/** Whether who asks may see lines of the log. */
export type MayReadLines = (request: FastifyRequest) => boolean

export function addPageRoutes(app: FastifyInstance, page: PageTexts, mayReadLines: MayReadLines): void {
  const texts: Record<(typeof PAGE_PATHS)[number], Text> = {
    '/': ['text/html', (withLines) => page.document(withLines)],
    '/page.live': ['text/html', (withLines) => page.live(withLines)],
    '/page.css': ['text/css', () => page.style],
    '/page.js': ['text/javascript', () => page.script],
    '/page.svg': ['image/svg+xml', () => page.icon],
  }
  addTexts(app, texts, mayReadLines)
}

/** Where the page of what a path exposes stands. Its script asks for `page.live` beside it. */
export function pagePath(path: string): string {
  return `${path}/page`
}

/** It loads what the status page loads, from where that does. */
export function addPageBeside(
  app: FastifyInstance,
  path: string,
  page: Pick<PageTexts, 'document' | 'live'>,
  mayReadLines: MayReadLines,
): void {
  const texts: Record<string, Text> = {
    [pagePath(path)]: ['text/html', (withLines) => page.document(withLines)],
    [`${pagePath(path)}.live`]: ['text/html', (withLines) => page.live(withLines)],
  }
  addTexts(app, texts, mayReadLines)
}

type Text = readonly [type: string, text: (withLines: boolean) => string]

function addTexts(app: FastifyInstance, texts: Readonly<Record<string, Text>>, mayReadLines: MayReadLines): void {
  for (const [path, [type, text]] of Object.entries(texts))
    app.get(path, (request: FastifyRequest, reply: FastifyReply) =>
      reply.header('content-type', `${type}; charset=utf-8`).send(text(mayReadLines(request))),
    )
}
