/**
 * From a raw connection to one that speaks HTTP: through TLS if the web configuration in force says so. Each connection is made under the
 * configuration of its first moment; those that are there go on when it changes. A TLS server that never listens does the handshakes:
 * a new one for each configuration, so that all of it changes at once.
 */
import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { WebConfigInForce } from '../web-config/web-config-file.ts'
import { type CertificateRefusal, refusalOf } from './client-certificate.ts'

export interface DoorDeps {
  readonly inForce: () => WebConfigInForce
  /** `socket` speaks HTTP from now on; it is `raw` itself, or goes through it. */
  readonly passOn: (socket: Socket, raw: Socket, madeUnder: WebConfigInForce) => void
  readonly onRefused: (reason: 'handshake' | CertificateRefusal) => void
}

const HANDSHAKE_TIMEOUT_MS = 5000

export class TlsDoor {
  readonly #deps: DoorDeps
  /** Whose handshake goes on, by both ends of the connection. */
  readonly #shaking = new Map<string, Socket>()
  #made: { readonly for: WebConfigInForce; readonly server: Server | undefined } | undefined

  constructor(deps: DoorDeps) {
    this.#deps = deps
  }

  open(socket: Socket): void {
    const inForce = this.#deps.inForce()
    if (this.#made?.for !== inForce) this.#made = { for: inForce, server: this.#serverOf(inForce) }
    const { server } = this.#made
    if (server === undefined) {
      this.#deps.passOn(socket, socket, inForce)
      return
    }
    const ends = endsOf(socket)
    this.#shaking.set(ends, socket)
    socket.once('close', () => {
      if (this.#shaking.get(ends) === socket) this.#shaking.delete(ends)
    })
    server.emit('connection', socket)
  }

  /** Handshakes that go on end. */
  close(): void {
    for (const socket of this.#shaking.values()) socket.destroy()
  }

  #serverOf(inForce: WebConfigInForce): Server | undefined {
    const { tls } = inForce.config
    if (tls === undefined) return undefined
    const asksClients = tls.clientAuth !== 'NoClientCert'
    const server = createServer({
      ...inForce.tlsOptions,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: asksClients,
      // Decided below: the modes differ in what they refuse.
      rejectUnauthorized: false,
      // A resumed session would not show its certificate again.
      ...(asksClients ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
    })
    server.on('secureConnection', (socket: TLSSocket) => {
      const raw = this.#shaking.get(endsOf(socket))
      this.#shaking.delete(endsOf(socket))
      const refusal = refusalOf(tls, socket)
      if (refusal !== undefined) this.#deps.onRefused(refusal)
      if (refusal === undefined && raw !== undefined) this.#deps.passOn(socket, raw, inForce)
      else socket.destroy()
    })
    server.on('tlsClientError', (_error, socket) => {
      this.#deps.onRefused('handshake')
      socket.destroy()
    })
    return server
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
