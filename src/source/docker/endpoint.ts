/**
 * Where a daemon is, from what the user wrote. A socket of this machine, TLS, or plain HTTP: over that anybody on the way reads the logs and
 * writes them. So `tcp://` is plain only to this machine; to others `http://` says that plain is meant, as to a proxy of the socket that stands
 * in the same network of containers.
 */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { SecureContextOptions } from 'node:tls'
import type { DockerHost } from './source-options.ts'

export type Endpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'plain'; readonly host: string; readonly port: number }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number; readonly certFolder: string | undefined }

export type EndpointResult = { readonly endpoint: Endpoint } | { readonly problem: string }

const KNOWN = 'unix:///path/to/docker.sock, tcp://host:port, https://host:port or http://host:port'
const PLAIN_PORT = 2375
const TLS_PORT = 2376
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

export function endpointOf({ address, certFolder }: DockerHost): EndpointResult {
  if (address.startsWith('/')) return { endpoint: { kind: 'socket', path: address } }
  if (address.startsWith('unix://')) return socketOf(address.slice('unix://'.length))
  const url = parsedUrl(address)
  const scheme = url?.protocol.slice(0, -1) ?? /^([a-z]+):/i.exec(address)?.[1] ?? ''
  if (scheme === 'npipe' || scheme === 'ssh' || scheme === 'fd') {
    return { problem: `${scheme}:// is a way to a Docker daemon that this exporter does not go; expected ${KNOWN}` }
  }
  if (url === undefined || !['tcp', 'http', 'https'].includes(scheme) || url.hostname === '') {
    return { problem: `this is no address of a Docker daemon; expected ${KNOWN}` }
  }
  return remoteOf(url, scheme, certFolder)
}

function socketOf(path: string): EndpointResult {
  if (path.startsWith('/')) return { endpoint: { kind: 'socket', path } }
  return { problem: `the path of a socket begins with a slash: unix:///${path}` }
}

function remoteOf(url: URL, scheme: string, certFolder: string | undefined): EndpointResult {
  if (url.username !== '' || url.password !== '') {
    return { problem: 'a Docker daemon knows no user names: it is guarded by certificates (DOCKER_CERT_PATH)' }
  }
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '') {
    return { problem: `only host and port can be told of a Docker daemon, not ${url.pathname}${url.search}` }
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isTls = scheme === 'https' || (scheme === 'tcp' && certFolder !== undefined)
  const port = Number(url.port) || defaultPort(scheme, isTls)
  if (isTls) return { endpoint: { kind: 'tls', host, port, certFolder } }
  if (scheme === 'http' || LOOPBACK.test(host)) return { endpoint: { kind: 'plain', host, port } }
  return {
    problem:
      `tcp:// to another machine needs TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem; ` +
      `or write http://${url.host} if plain HTTP is meant, as to a socket proxy in the same network of containers`,
  }
}

function defaultPort(scheme: string, isTls: boolean): number {
  if (scheme === 'http') return 80
  if (scheme === 'https') return 443
  return isTls ? TLS_PORT : PLAIN_PORT
}

/** `URL` knows ports of its own schemes only. */
function parsedUrl(address: string): URL | undefined {
  try {
    return new URL(address)
  } catch {
    return undefined
  }
}

export interface ConnectOptions extends SecureContextOptions {
  readonly socketPath?: string
  readonly host?: string
  readonly port?: number
  readonly servername?: string
}

/** Certificates are read at each connection: they are renewed while we run. Throws what reading them throws. */
export function connectOptionsOf(endpoint: Endpoint): ConnectOptions {
  if (endpoint.kind === 'socket') return { socketPath: endpoint.path }
  const { host, port } = endpoint
  if (endpoint.kind === 'plain') return { host, port }
  const servername = isIP(host) === 0 ? { servername: host } : {}
  return { host, port, ...servername, ...certificatesIn(endpoint.certFolder) }
}

function certificatesIn(folder: string | undefined): SecureContextOptions {
  if (folder === undefined) return {}
  const read = (name: string): Buffer => readFileSync(join(folder, name))
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}
