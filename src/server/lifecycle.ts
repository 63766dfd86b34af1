/**
 * `/-/reload` and `/-/quit`, as Prometheus has them: POST or PUT, 403 unless enabled. A page of another site that a browser shows may
 * send such requests too, without being asked: a browser says so, and is refused.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface Lifecycle {
  /** `problem`: what was in force before still is, and why, for people. */
  reload(): Promise<{ readonly problem?: string }>
  quit(): void
}

export const LIFECYCLE_PATHS = ['/-/reload', '/-/quit'] as const

const NOT_ENABLED = 'Lifecycle API is not enabled: --web.enable-lifecycle\n'

export function addLifecycleRoutes(app: FastifyInstance, lifecycle: Lifecycle | undefined): void {
  const answers: Record<(typeof LIFECYCLE_PATHS)[number], (reply: FastifyReply, lifecycle: Lifecycle) => unknown> = {
    '/-/reload': async (reply, { reload }) => {
      const { problem } = await reload()
      return problem === undefined ? text(reply, 200, 'Reloaded.\n') : text(reply, 500, problem)
    },
    '/-/quit': (reply, { quit }) => {
      quit()
      return text(reply, 200, 'Stopping.\n')
    },
  }
  for (const [url, answer] of Object.entries(answers)) {
    app.route({
      method: ['POST', 'PUT'],
      url,
      handler: (request: FastifyRequest, reply: FastifyReply) => {
        if (lifecycle === undefined) return text(reply, 403, NOT_ENABLED)
        return isOfAnotherSite(request) ? text(reply, 403, 'Not from a page of another site.\n') : answer(reply, lifecycle)
      },
    })
    app.get(url, (_: FastifyRequest, reply: FastifyReply) =>
      text(reply.header('allow', 'POST, PUT'), 405, 'Only POST and PUT.\n'),
    )
  }
}

/** Programs send neither header. */
function isOfAnotherSite({ headers }: FastifyRequest): boolean {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
}

function text(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(body)
}
