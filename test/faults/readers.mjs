/**
 * readers.mjs PORT SLOW STUCK SCRAPERS WAVES ENCODING: another process that is many clients of one server. SLOW of them drip a request that
 * never ends, STUCK ask for the metrics and read nothing, and come again when they are cut off; SCRAPERS of them ask all at the same
 * instant, once a second, WAVES times, as Prometheus does. Prints one line of JSON: how long each scrape took, and what went wrong.
 */
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const [, , port, slow, stuck, scrapers, waves, encoding] = process.argv
const WAVE_MS = 1000
const DRIP_MS = 1000
const STUCK_MS = 3000
const GIVES_UP_MS = 10_000
const counts = { slowConnections: 0, stuckConnections: 0, failed: 0, notOk: 0, retried: 0, bytes: 0 }
const failures = {}
let isOver = false

function socketOf(onEnd) {
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.once('close', onEnd)
  return socket
}

/** A request whose headers never end; anew when it is thrown out. */
function drip() {
  if (isOver) return
  counts.slowConnections++
  const socket = socketOf(() => {
    clearInterval(timer)
    setTimeout(drip, 100)
  })
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n')
  const timer = setInterval(() => socket.write('X: 1\r\n'), DRIP_MS)
  socket.resume()
}

/** A whole request whose answer is not read; anew after a while. */
function stick() {
  if (isOver) return
  counts.stuckConnections++
  const socket = socketOf(() => setTimeout(stick, 100))
  socket.pause()
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
  // Who does not read is not told that it was cut off.
  setTimeout(() => socket.destroy(), STUCK_MS)
}

class Scraper {
  #socket = undefined
  #onData = () => {}
  #onClose = () => {}
  #request

  constructor(number) {
    const accepted = encoding === 'gzip' ? 'Accept-Encoding: gzip\r\n' : ''
    this.#request = `GET /metrics HTTP/1.1\r\nHost: x\r\nUser-Agent: s${number}\r\n${accepted}X-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n`
  }

  /** As Go's client: on a kept connection that turns out to be closed, once more on a new one. */
  async scrape() {
    const isKept = this.#socket !== undefined && !this.#socket.destroyed
    try {
      return await this.#attempt()
    } catch (error) {
      if (!isKept || error.hasBytes) throw error
      counts.retried++
      return this.#attempt()
    }
  }

  #attempt() {
    if (this.#socket === undefined || this.#socket.destroyed) this.#open()
    return new Promise((resolve, reject) => {
      let head = Buffer.alloc(0)
      let left = -1
      const fail = (why) => {
        clearTimeout(deadline)
        this.#socket.destroy()
        reject(Object.assign(new Error(why), { hasBytes: head.length > 0 }))
      }
      const deadline = setTimeout(() => fail('timeout'), GIVES_UP_MS)
      this.#onClose = () => fail(`closed after ${head.length > 0 ? 'some' : 'no'} bytes`)
      this.#onData = (chunk) => {
        if (left < 0) {
          head = Buffer.concat([head, chunk])
          const end = head.indexOf('\r\n\r\n')
          if (end < 0) return
          const text = head.subarray(0, end).toString()
          if (!text.startsWith('HTTP/1.1 200')) counts.notOk++
          left = Number(/content-length: (\d+)/i.exec(text)[1]) + end + 4 - head.length
        } else left -= chunk.length
        counts.bytes += chunk.length
        if (left > 0) return
        clearTimeout(deadline)
        this.#onClose = () => {}
        resolve()
      }
      this.#socket.write(this.#request)
    })
  }

  #open() {
    const socket = socketOf(() => socket === this.#socket && this.#onClose())
    socket.on('data', (chunk) => this.#onData(chunk))
    this.#socket = socket
  }
}

async function timed(scraper, took) {
  const startMs = performance.now()
  try {
    await scraper.scrape()
  } catch (error) {
    counts.failed++
    failures[error.message] = (failures[error.message] ?? 0) + 1
  }
  took.push(performance.now() - startMs)
}

for (let i = 0; i < Number(slow); i++) drip()
for (let i = 0; i < Number(stuck); i++) setTimeout(stick, (i / stuck) * waves * WAVE_MS)
await pause(1000)
const all = Array.from({ length: Number(scrapers) }, (_, i) => new Scraper(i))
const took = []
for (let wave = 0; wave < Number(waves); wave++) {
  const startMs = performance.now()
  await Promise.all(all.map((scraper) => timed(scraper, took)))
  await pause(Math.max(0, WAVE_MS - (performance.now() - startMs)))
}
isOver = true
took.sort((a, b) => a - b)
const at = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] * 10) / 10
console.log(JSON.stringify({ ...counts, failures, scrapes: took.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }))
process.exit(0)
