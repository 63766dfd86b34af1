/** A file → a web configuration that can be put in force, with what it names read and checked; or all problems, secrets hidden. */
import { dirname } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { type Diagnostic, hasErrors, type NodePath } from '../../diag/diagnostic.ts'
import { YamlSource } from '../../diag/yaml-source.ts'
import { type MaterialProblem, readTlsMaterial } from './certificates.ts'
import { readWebConfig } from './read.ts'
import { readWhole } from './read-whole.ts'
import { withoutSecrets } from './secrets-hidden.ts'
import type { TlsSpec, WebConfig } from './web-config.ts'

export interface LoadedWebConfig {
  /** Missing if there are errors. */
  readonly loaded?: { readonly config: WebConfig; readonly tlsOptions: TlsOptions | undefined }
  readonly diagnostics: readonly Diagnostic[]
  /** The file as the diagnostics may quote it. */
  readonly texts: ReadonlyMap<string, YamlSource>
  /** The files that the configuration names. */
  readonly named: readonly string[]
}

/** Of the file itself; those that it names have their own. */
const MAX_BYTES = 1_000_000

export function loadWebConfig(path: string): LoadedWebConfig {
  const text = textOf(path)
  if (typeof text !== 'string') return { diagnostics: [text], texts: new Map(), named: [] }
  const source = new YamlSource(path, text)
  const { config, diagnostics } = readWebConfig(source, dirname(path))
  const material = config?.tls && readTlsMaterial(config.tls)
  const found = [...diagnostics, ...(material?.problems ?? []).map((problem) => diagnosticOf(problem, config!.tls!, path))]
  const told = withoutSecrets(found, source)
  const named = config?.tls === undefined ? [] : filesOf(config.tls)
  if (config === undefined || hasErrors(found)) return { ...told, named }
  return { ...told, named, loaded: { config, tlsOptions: material?.options } }
}

function textOf(path: string): string | Diagnostic {
  const bytes = readWhole(path, MAX_BYTES)
  if (Buffer.isBuffer(bytes)) return bytes.toString()
  return { severity: 'error', code: 'file-unreadable', message: bytes.problem, place: { file: path } }
}

function filesOf({ certificate, key, clientCa }: TlsSpec): string[] {
  return [certificate, key, clientCa].flatMap((from) => (from !== undefined && 'file' in from ? [from.file] : []))
}

function diagnosticOf({ key, message, isWarning }: MaterialProblem, spec: TlsSpec, file: string): Diagnostic {
  const from = { cert: spec.certificate, key: spec.key, client_ca: spec.clientCa }[key]
  const path: NodePath = ['tls_server_config', from !== undefined && 'file' in from ? `${key}_file` : key]
  return { severity: isWarning === true ? 'warning' : 'error', code: 'bad-value', message, place: { file, path } }
}
