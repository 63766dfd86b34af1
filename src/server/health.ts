/**
 * Health as three tiers: alive (the process answers, whatever it depends on), ready (the first backlog is read and no part is down), and
 * the state of each part. `/-/ready` looks at the backlog alone, so that a probe which takes a pod out of service never follows a log.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'

export interface Component {
  readonly name: string
  /** `degraded`: it serves, and somebody should look. */
  readonly state: 'ok' | 'degraded' | 'down'
  readonly detail?: string
}

export interface Health {
  /** The sources are open and the first backlog is read. */
  readonly isReady: boolean
  readonly components: readonly Component[]
}

const BACKLOG = 'the first backlog is still being read'

export function addHealthRoutes(app: FastifyInstance, health: () => Health): void {
  app.get('/-/healthy', (_, reply) => text(reply, 200, 'agentlog-exporter is alive.\n'))
  app.get('/-/ready', (_, reply) =>
    health().isReady ? text(reply, 200, 'agentlog-exporter is ready.\n') : text(reply, 503, `Not ready: ${BACKLOG}.\n`),
  )
  app.get('/health/live', (_, reply) => json(reply, 200, alive()))
  app.get('/health/ready', (_, reply) => {
    const { isReady, components } = health()
    const reasons = reasonsOf({ isReady, components })
    const status = reasons.length === 0 ? 'ready' : 'not_ready'
    return json(reply, reasons.length === 0 ? 200 : 503, { status, timestamp: Date.now(), reasons, components })
  })
  for (const path of ['/health', '/v1/health'])
    app.get(path, (_, reply) => {
      const { isReady, components } = health()
      return json(reply, 200, { ...alive(), ready: reasonsOf({ isReady, components }).length === 0, components })
    })
}

function alive(): object {
  return { status: 'healthy', timestamp: Date.now() }
}

/** Why it is not ready; none: it is. */
function reasonsOf({ isReady, components }: Health): string[] {
  const down = components.filter(({ state }) => state === 'down')
  const reasons = down.map(({ name, detail }) => (detail === undefined ? name : `${name}: ${detail}`))
  return isReady ? reasons : [BACKLOG, ...reasons]
}

function text(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(body)
}

function json(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(`${JSON.stringify(body)}\n`)
}
