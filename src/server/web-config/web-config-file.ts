/**
 * The web configuration in force: looks at its file and at those that it names (a few calls, ten times a second at most and only
 * while somebody asks), and takes a change at once. One with errors changes nothing, and neither does one that takes a protection away:
 * a file that is half written would open the door.
 */
import { statSync } from 'node:fs'
import type { TlsOptions } from 'node:tls'
import { hasErrors } from '../../diag/diagnostic.ts'
import { locate, renderDiagnostics } from '../../diag/render.ts'
import type { Log } from '../../telemetry/log.ts'
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import { type LoadedWebConfig, loadWebConfig } from './load.ts'
import { protectionsOf, type WebConfig } from './web-config.ts'

/** Another object for each configuration that comes into force. */
export interface WebConfigInForce {
  readonly config: WebConfig
  readonly tlsOptions: TlsOptions | undefined
}

export interface WebConfigDeps {
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  readonly own: Pick<OwnMetrics, 'webConfigReloads' | 'webConfigSuccessful' | 'webConfigSuccess'>
  readonly nowMs: () => number
  readonly wallClockMs: () => number
}

const LOOK_EVERY_MS = 100

export class WebConfigFile {
  readonly #path: string
  readonly #deps: WebConfigDeps
  #inForce: WebConfigInForce
  #named: readonly string[]
  #stamp: string
  #lookedMs: number
  /** What was last told, so that one problem is told once. */
  #told = ''

  private constructor(path: string, deps: WebConfigDeps, stamp: string, { loaded, named }: LoadedWebConfig) {
    this.#path = path
    this.#deps = deps
    this.#inForce = loaded!
    this.#named = named
    this.#stamp = stamp
    this.#lookedMs = Number.NEGATIVE_INFINITY
    deps.own.webConfigReloads.at('failed')
    this.#note(true)
  }

  /** The file, or all that is wrong with it, in words. */
  static open(path: string, deps: WebConfigDeps, colour = false): WebConfigFile | { readonly problem: string } {
    const { named } = loadWebConfig(path)
    // Taken before what is put in force is read: what changes meanwhile is seen at the next look.
    const stamp = stampOf([path, ...named])
    const read = loadWebConfig(path)
    if (hasErrors(read.diagnostics)) return { problem: renderDiagnostics(read.diagnostics, read.texts, 'text', colour) }
    tell(read, deps.log)
    return new WebConfigFile(path, deps, stamp, read)
  }

  /** What holds now. */
  current(): WebConfigInForce {
    const nowMs = this.#deps.nowMs()
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return this.#inForce
    this.#lookedMs = nowMs
    const stamp = stampOf([this.#path, ...this.#named])
    if (stamp !== this.#stamp) this.#take(stamp)
    return this.#inForce
  }

  /** Reads it whatever its time says. `problem`: the one before stays in force, and why. */
  reload(): { readonly problem?: string } {
    this.#lookedMs = this.#deps.nowMs()
    this.#told = ''
    return this.#take(stampOf([this.#path, ...this.#named]))
  }

  #take(stamp: string): { readonly problem?: string } {
    const read = loadWebConfig(this.#path)
    const named = read.named.length > 0 ? read.named : this.#named
    // Files that are named now and were not before are looked at, and all is read, at the next look.
    this.#stamp = named.join() === this.#named.join() ? stamp : ''
    this.#named = named
    const problem = this.#problemOf(read)
    this.#note(problem === undefined)
    if (problem !== undefined) {
      const text = `${this.#path}: ${problem}; the web configuration before stays in force`
      if (this.#told !== text) this.#deps.log.error(text)
      this.#told = text
      return { problem: `${text}\n` }
    }
    if (this.#told !== '' || read.diagnostics.length > 0) tell(read, this.#deps.log)
    this.#told = ''
    this.#inForce = read.loaded!
    this.#deps.log.info('the web configuration was read again', { file: this.#path })
    return {}
  }

  #problemOf({ loaded, diagnostics, texts }: LoadedWebConfig): string | undefined {
    const error = diagnostics.find(({ severity }) => severity === 'error')
    if (error !== undefined) {
      const { line, column } = locate(error.place, texts)
      return `line ${line}, column ${column}: ${error.message}`
    }
    const now = protectionsOf(loaded!.config)
    const lost = protectionsOf(this.#inForce.config).filter((one) => !now.includes(one))
    return lost.length === 0 ? undefined : `it would take away ${lost.join(' and ')}, which only a restart does`
  }

  #note(isSuccessful: boolean): void {
    const { own, wallClockMs } = this.#deps
    own.webConfigReloads.at(isSuccessful ? 'ok' : 'failed').value++
    own.webConfigSuccessful.at(this.#path).value = isSuccessful ? 1 : 0
    if (isSuccessful) own.webConfigSuccess.at(this.#path).value = wallClockMs() / 1000
  }
}

function tell({ diagnostics, texts }: LoadedWebConfig, log: WebConfigDeps['log']): void {
  for (const { message, hint, place } of diagnostics) {
    const { file, line, column } = locate(place, texts)
    log.warn(message, { place: `${file}:${line}:${column}`, hint })
  }
}

/** Changes whenever one of the files is written, replaced, or comes or goes; of a link what it leads to counts. */
function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
        return `${ino}:${size}:${mtimeNs}:${ctimeNs}`
      } catch {
        return 'none'
      }
    })
    .join()
}
