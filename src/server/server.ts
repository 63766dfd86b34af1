/**
 * HTTP for scrapers, probes and people: GET and HEAD on exact paths, with limits against those who send slowly, send much or never
 * read. Knows no sources. The only importer of fastify.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastify from 'fastify'
import { answerClientError } from './client-errors.ts'
import { Connections } from './connections.ts'
import { withoutPrefix } from './external-url.ts'
import type { Guard } from './guard/guard.ts'
import type { TlsDoor } from './guard/tls-door.ts'
import { addHealthRoutes, type Health } from './health.ts'
import type { HeldBodies } from './held-bodies.ts'
import { addLifecycleRoutes, LIFECYCLE_PATHS, type Lifecycle } from './lifecycle.ts'
import { isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts'
import { listen } from './listening.ts'
import { addMetricsRoute, heldBodies, type Metrics } from './metrics.ts'
import { isNear } from './nearness.ts'
import { addPageBeside, addPageRoutes, type MayReadLines, PAGE_PATHS, type PageTexts, pagePath } from './page.ts'
import { protectionsOf } from './web-config/web-config.ts'

export interface ServerOptions {
  readonly addresses: readonly string[]
  /** undefined: `metrics` are not served. */
  readonly telemetryPath: string | undefined
  readonly metrics: Metrics
  /** What stands beside them, each under a path of its own. */
  readonly beside?: readonly MetricsBeside[]
  readonly health: () => Health
  readonly page: PageTexts
  /** Path of the external URL, such as `/agentlog`; default none. */
  readonly pathPrefix?: string
  /** undefined: nobody may reload or end the exporter by a request. */
  readonly lifecycle?: Lifecycle | undefined
  /** What a web configuration asks for, on all addresses but Unix sockets; undefined: all may pass. */
  readonly guard?: Guard | undefined
  /** Over all listeners; default 1024. */
  readonly maxConnections?: number
  /** A reader that takes nothing of an answer for this long is cut off. Default 30 s. */
  readonly writeDeadlineMs?: number
}

export interface MetricsBeside {
  readonly path: string
  readonly metrics: Metrics
  /** Of what is exposed there: at `path` with `/page` behind it. */
  readonly page: Pick<PageTexts, 'document' | 'live'>
}

export interface RunningServer {
  /** URLs (or `unix:` paths) as they came to be: with the port that was given for port 0. */
  readonly addresses: readonly string[]
  /** What would keep others out and is missing, if other machines can reach an address: "TLS and authentication". */
  missingProtection(): string | undefined
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
  assertPaths(options)
  const connections = new Connections({
    maxCount: options.maxConnections ?? 1024,
    maxPendingCount: 32,
    writeDeadlineMs: options.writeDeadlineMs ?? 30_000,
  })
  const held = heldBodies()
  const apps: FastifyInstance[] = []
  const doors: TlsDoor[] = []
  const close = async (): Promise<void> => {
    for (const door of doors) door.close()
    await Promise.all([...apps.map(closeWithin), options.guard?.close()])
  }
  try {
    const addresses: string[] = []
    for (const [i, address] of parsed.entries()) {
      // Who can open a Unix socket is the exporter's own user.
      const guard = address.kind === 'unix' ? undefined : options.guard
      const server = limitedServer(connections, guard, doors)
      const app = createApp(options, guard, server, held)
      apps.push(app)
      const url = await listen(app, address, options.addresses[i]!)
      addresses.push(guard?.config.tls === undefined ? url : url.replace(/^http:/, 'https:'))
    }
    const isReachable = !parsed.every(isLoopback)
    return { addresses, missingProtection: () => (isReachable ? missingIn(options.guard) : undefined), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Certificates that every client must show do what logins do. */
function missingIn(guard: Guard | undefined): string | undefined {
  const found = guard === undefined ? [] : protectionsOf(guard.config)
  const isKnown = found.includes('logins') || found.includes('client certificates')
  const missing = [...(found.includes('TLS') ? [] : ['TLS']), ...(isKnown ? [] : ['authentication'])]
  return missing.length === 0 ? undefined : missing.join(' and ')
}

interface Limited {
  readonly server: Server
  /** Who answers requests; set before the first one. */
  handler: (request: IncomingMessage, response: ServerResponse) => void
}

function createApp(options: ServerOptions, guard: Guard | undefined, limited: Limited, held: HeldBodies): FastifyInstance {
  const { pathPrefix = '' } = options
  const app = fastify({
    logger: false,
    rewriteUrl: ({ url = '/' }: IncomingMessage) => withoutPrefix(url, pathPrefix),
    bodyLimit: 1,
    exposeHeadRoutes: true,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 100 },
    clientErrorHandler: (error: Error, socket: Socket) => answerClientError(error, socket, headersOf(guard)),
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => void plain(reply, 400, 'Bad request.\n'),
    serverFactory: (handler: Limited['handler']) => {
      limited.handler = handler
      return limited.server
    },
  } as Parameters<typeof fastify>[0]) as unknown as FastifyInstance
  // Nobody has to send anything; wget says that it does, and sends nothing.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume()
    done(null)
  })
  app.addHook('onRequest', async (request, reply) => refuseOtherMethods(app, request, reply))
  app.setNotFoundHandler((_, reply) => plain(reply, 404, 'Not found.\n'))
  app.setErrorHandler((error: { statusCode?: number }, _, reply) =>
    plain(reply, error.statusCode ?? 500, 'The request could not be answered.\n'),
  )
  if (options.telemetryPath !== undefined) addMetricsRoute(app, options.telemetryPath, options.metrics, held)
  for (const { path, metrics } of options.beside ?? []) addMetricsRoute(app, path, metrics, held)
  addHealthRoutes(app, options.health)
  const mayReadLines: MayReadLines = ({ raw }) => isNear(raw) || guard?.isTrusted(raw) === true
  addPageRoutes(app, options.page, mayReadLines)
  for (const { path, page } of options.beside ?? []) addPageBeside(app, path, page, mayReadLines)
  if (pathPrefix !== '' && !app.hasRoute({ method: 'GET', url: pathPrefix }))
    app.get(pathPrefix, (_, reply) => reply.redirect(`${pathPrefix}/`, 302))
  addLifecycleRoutes(app, options.lifecycle)
  return app
}

/** Of every answer: ours, and over them those of the web configuration, where an empty one takes ours away. */
function headersOf(guard: Guard | undefined): Record<string, string> {
  const headers: Record<string, string> = { ...SECURITY_HEADERS }
  for (const [name, value] of guard?.config.headers ?? []) {
    delete headers[name.toLowerCase()]
    if (value !== '') headers[name] = value
  }
  return headers
}

/** Limits against slow and greedy clients; each answer, also one that fastify gives on its own, has the security headers. */
function limitedServer(connections: Connections, guard: Guard | undefined, doors: TlsDoor[]): Limited {
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
    for (const [name, value] of Object.entries(headersOf(guard))) response.setHeader(name, value)
    if (guard === undefined) limited.handler(request, response)
    else guard.admit(request, response, () => limited.handler(request, response))
  })
  const limited: Limited = { server, handler: () => {} }
  server.maxHeadersCount = 64
  if (guard !== undefined) doors.push(putDoorBefore(server, guard, connections))
  server.prependListener('connection', (socket) => connections.take(socket))
  return limited
}

/** Connections come to the server's own listener once they are through the door. */
function putDoorBefore(server: Server, guard: Guard, connections: Connections): TlsDoor {
  const own = server.listeners('connection') as ((this: Server, socket: Socket) => void)[]
  server.removeAllListeners('connection')
  const door = guard.door((socket, raw) => {
    if (socket !== raw) connections.goesThrough(raw, socket)
    for (const listener of own) listener.call(server, socket)
  })
  server.on('connection', (socket) => door.open(socket))
  return door
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

/** Of parts that no client takes away: `.`, `..` and none. */
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+\/?$/

/** All of them match themselves alone, and are used for nothing else. */
function assertPaths({ telemetryPath, beside = [] }: ServerOptions): void {
  const used: string[] = [...OWN_PATHS, ...LIFECYCLE_PATHS]
  const named = [
    ...(telemetryPath === undefined ? [] : [['--web.telemetry-path "', telemetryPath]]),
    ...beside.flatMap(({ path }) => [
      ['--preset "NAME=', path],
      ['--preset "NAME=', pagePath(path)],
    ]),
  ]
  for (const [flag, path] of named as [string, string][]) {
    if (!PATH.test(path) || isOneOf(used, path))
      throw new Error(`${flag}${path}": expected a path such as /metrics, of letters, digits and _ . ~ - /, not used otherwise`)
    used.push(path)
  }
}

async function closeWithin(app: FastifyInstance): Promise<void> {
  app.server.closeIdleConnections()
  const deadline = setTimeout(() => app.server.closeAllConnections(), CLOSE_DEADLINE_MS)
  await app.close()
  clearTimeout(deadline)
}
