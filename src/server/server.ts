/**
 * HTTP for scrapers, probes and people: GET and HEAD on exact paths, with limits against those who send slowly, send much or never
 * read. Knows no sources. The only importer of fastify.
 */
import { lstat, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createConnection } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastify from 'fastify'
import { Connections } from './connections.ts'
import { withoutPrefix } from './external-url.ts'
import { addHealthRoutes, type Health } from './health.ts'
import type { HeldBodies } from './held-bodies.ts'
import { addLifecycleRoutes, LIFECYCLE_PATHS, type Lifecycle } from './lifecycle.ts'
import { isLoopback, type ListenAddress, onAllAddresses, parseListenAddress } from './listen-address.ts'
import { addMetricsRoute, heldBodies, type Metrics } from './metrics.ts'
import { addPageRoutes, PAGE_PATHS, type PageTexts } from './page.ts'

export interface ServerOptions {
  readonly addresses: readonly string[]
  readonly telemetryPath: string
  readonly metrics: Metrics
  readonly health: () => Health
  readonly page: PageTexts
  /** Path of the external URL, such as `/agentlog`; default none. */
  readonly pathPrefix?: string
  /** undefined: nobody may reload or end the exporter by a request. */
  readonly lifecycle?: Lifecycle | undefined
  /** Over all listeners; default 1024. */
  readonly maxConnections?: number
  /** A reader that takes nothing of an answer for this long is cut off. Default 30 s. */
  readonly writeDeadlineMs?: number
}

export interface RunningServer {
  /** URLs (or `unix:` paths) as they came to be: with the port that was given for port 0. */
  readonly addresses: readonly string[]
  readonly isOpenToOthers: boolean
  /** Ends idle connections at once and all others after at most 2 s. */
  close(): Promise<void>
}

const CLOSE_DEADLINE_MS = 2000
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}

/** Rejects with an error that names the address if one cannot be taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const parsed = options.addresses.map(parsedOrThrow)
  assertTelemetryPath(options.telemetryPath)
  const connections = new Connections({
    maxCount: options.maxConnections ?? 1024,
    maxPendingCount: 32,
    writeDeadlineMs: options.writeDeadlineMs ?? 30_000,
  })
  const held = heldBodies()
  const apps: FastifyInstance[] = []
  const close = async (): Promise<void> => {
    await Promise.all(apps.map(closeWithin))
  }
  try {
    const addresses: string[] = []
    for (const [i, address] of parsed.entries()) {
      const app = createApp(options, connections, held)
      apps.push(app)
      addresses.push(await listen(app, address, options.addresses[i]!))
    }
    return { addresses, isOpenToOthers: !parsed.every(isLoopback), close }
  } catch (error) {
    await close()
    throw error
  }
}

function createApp(options: ServerOptions, connections: Connections, held: HeldBodies): FastifyInstance {
  const { pathPrefix = '' } = options
  const app = fastify({
    logger: false,
    rewriteUrl: ({ url = '/' }: IncomingMessage) => withoutPrefix(url, pathPrefix),
    bodyLimit: 1,
    exposeHeadRoutes: true,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 100 },
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => void plain(reply, 400, 'Bad request.\n'),
    serverFactory: (handler: (request: IncomingMessage, response: ServerResponse) => void) => limitedServer(handler, connections),
  } as Parameters<typeof fastify>[0]) as unknown as FastifyInstance
  app.addHook('onRequest', async (request, reply) => refuseOtherMethods(app, request, reply))
  app.setNotFoundHandler((_, reply) => plain(reply, 404, 'Not found.\n'))
  app.setErrorHandler((error: { statusCode?: number }, _, reply) =>
    plain(reply, error.statusCode ?? 500, 'The request could not be answered.\n'),
  )
  addMetricsRoute(app, options.telemetryPath, options.metrics, held)
  addHealthRoutes(app, options.health)
  addPageRoutes(app, options.page)
  if (pathPrefix !== '' && !app.hasRoute({ method: 'GET', url: pathPrefix }))
    app.get(pathPrefix, (_, reply) => reply.redirect(`${pathPrefix}/`, 302))
  addLifecycleRoutes(app, options.lifecycle)
  return app
}

/** Limits against slow and greedy clients; each answer, also one that fastify gives on its own, has the security headers. */
function limitedServer(handler: (request: IncomingMessage, response: ServerResponse) => void, connections: Connections): Server {
  const limits = {
    headersTimeout: 5000,
    requestTimeout: 10_000,
    keepAliveTimeout: 15_000,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16_384,
    insecureHTTPParser: false,
  }
  const server = createServer(limits, (request, response) => {
    if (!connections.began(request.socket, response)) return
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    handler(request, response)
  })
  server.maxHeadersCount = 64
  return server.on('connection', (socket) => connections.take(socket))
}

function refuseOtherMethods(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined
  const path = request.url.split('?')[0]!
  const isPosted = request.method === 'POST' || request.method === 'PUT'
  if (isOneOf(LIFECYCLE_PATHS, path))
    return isPosted ? undefined : plain(reply.header('allow', 'POST, PUT'), 405, 'Only POST and PUT.\n')
  if (!app.hasRoute({ method: 'GET', url: path })) return plain(reply, 404, 'Not found.\n')
  return plain(reply.header('allow', 'GET, HEAD'), 405, 'Only GET and HEAD.\n')
}

function isOneOf(paths: readonly string[], path: string): boolean {
  return paths.includes(path)
}

function plain(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(body)
}

function parsedOrThrow(text: string): ListenAddress {
  const parsed = parseListenAddress(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

const OWN_PATHS = [...PAGE_PATHS, '/-/healthy', '/-/ready', '/health', '/health/live', '/health/ready', '/v1/health']

function assertTelemetryPath(path: string): void {
  if (/^\/[\w.~/-]+$/.test(path) && !isOneOf([...OWN_PATHS, ...LIFECYCLE_PATHS], path)) return
  throw new Error(
    `--web.telemetry-path "${path}": expected a path such as /metrics, of letters, digits and _ . ~ - /, not used otherwise`,
  )
}

async function listen(app: FastifyInstance, address: ListenAddress, text: string): Promise<string> {
  try {
    if (address.kind === 'unix') return await listenUnix(app, address.path)
    const { host = '::', port } = address
    return await (host === '::' ? onAllAddresses((all) => app.listen({ port, host: all })) : app.listen({ port, host }))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const cure =
      code === 'EADDRINUSE'
        ? 'it is taken; stop the other process or choose another --web.listen-address'
        : (error as Error).message
    throw new Error(`cannot listen on ${text}: ${cure}`, { cause: error })
  }
}

/** A socket file that nobody listens on is left over from a killed process and replaced. */
async function listenUnix(app: FastifyInstance, path: string): Promise<string> {
  if (await isStaleSocket(path)) await unlink(path)
  await app.listen({ path })
  return `unix:${path}`
}

async function isStaleSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSocket() !== true) return false
  return new Promise((resolve) => {
    const probe = createConnection(path)
    probe.on('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}

async function closeWithin(app: FastifyInstance): Promise<void> {
  app.server.closeIdleConnections()
  const deadline = setTimeout(() => app.server.closeAllConnections(), CLOSE_DEADLINE_MS)
  await app.close()
  clearTimeout(deadline)
}
