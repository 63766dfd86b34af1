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

/** `mayReadLines`: whether who asks may see lines of the log. */
export function addPageRoutes(app: FastifyInstance, page: PageTexts, mayReadLines: (request: FastifyRequest) => boolean): void {
  const texts: Record<(typeof PAGE_PATHS)[number], readonly [string, (withLines: boolean) => string]> = {
    '/': ['text/html', (withLines) => page.document(withLines)],
    '/page.live': ['text/html', (withLines) => page.live(withLines)],
    '/page.css': ['text/css', () => page.style],
    '/page.js': ['text/javascript', () => page.script],
    '/page.svg': ['image/svg+xml', () => page.icon],
  }
  for (const [path, [type, text]] of Object.entries(texts))
    app.get(path, (request: FastifyRequest, reply: FastifyReply) =>
      reply.header('content-type', `${type}; charset=utf-8`).send(text(mayReadLines(request))),
    )
}
