/** node login-flood.mjs PORT CONNECTIONS: logs in with ever new passwords from ever new addresses of loopback until it is ended, then prints how it was answered. */
import { request } from 'node:https'

const [port, connections] = process.argv.slice(2).map(Number)
const counts = {}
let sent = 0

function once() {
  const number = ++sent
  const user = number % 2 === 0 ? 'prometheus' : `user${number}`
  const asked = request(
    {
      host: '127.0.0.1',
      port,
      path: '/metrics',
      agent: false,
      rejectUnauthorized: false,
      localAddress: `127.2.${(number >> 8) & 255}.${number & 255 || 1}`,
      auth: `${user}:wrong ${number}`,
    },
    (answer) => {
      counts[answer.statusCode] = (counts[answer.statusCode] ?? 0) + 1
      answer.resume().on('end', once)
    },
  )
  asked.on('error', (error) => {
    counts[error.code] = (counts[error.code] ?? 0) + 1
    setTimeout(once, 10)
  })
  asked.end()
}

for (let i = 0; i < connections; i++) once()
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit())
})
