/** Health as three tiers: alive (the process answers), ready (sources open, first backlog read), and the state of each component. */
import type { FastifyInstance, FastifyReply } from 'fastify'

export interface Component {
  readonly name: string
  readonly state: 'ok' | 'degraded' | 'down'
  readonly detail?: string
}

export interface Health {
  readonly isReady: boolean
  readonly components: readonly Component[]
}

export function addHealthRoutes(app: FastifyInstance, health: () => Health): void {
  app.get('/-/healthy', (_, reply) => text(reply, 200, 'agentlog-exporter is alive.\n'))
  app.get('/-/ready', (_, reply) =>
    health().isReady
      ? text(reply, 200, 'agentlog-exporter is ready.\n')
      : text(reply, 503, 'Not ready: the first backlog is still being read.\n'),
  )
  app.get('/health/live', (_, reply) => json(reply, 200, { status: 'ok' }))
  app.get('/health/ready', (_, reply) => {
    const { isReady } = health()
    return json(reply, isReady ? 200 : 503, { status: isReady ? 'ok' : 'starting' })
  })
  for (const path of ['/health', '/v1/health']) app.get(path, (_, reply) => json(reply, 200, summary(health())))
}

/** `starting` until ready; then the worst state of a component: a source that is down leaves the exporter degraded, not dead. */
function summary({ isReady, components }: Health): object {
  const isWell = components.every((component) => component.state === 'ok')
  return { status: !isReady ? 'starting' : isWell ? 'ok' : 'degraded', ready: isReady, components }
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
