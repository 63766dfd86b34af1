/** The compose files of config/deploy, read. */
import { join } from 'node:path'
import { readAll } from './kustomize.ts'
import { DEPLOY } from './shipped.ts'

export const FOLDER = join(DEPLOY, 'compose')
export const FLAVOURS = ['volume', 'json-file', 'api'] as const

export interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly user?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
  readonly stop_grace_period?: string
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly network_mode?: string
  readonly pid?: string
  readonly depends_on?: unknown
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
  readonly labels?: Readonly<Record<string, string>>
}
export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const read = (name: string): Compose & { readonly name: string } => ({
  name,
  ...readAll<Compose>(join(FOLDER, `${name}.yaml`))[0]!,
})

/** The ways of reading, each with a bare Prometheus; and one of them with all that belongs to watching it. */
export const FILES = FLAVOURS.map(read)
export const STACK = read('stack')

export interface Mount {
  readonly source: string
  readonly target: string
  readonly isReadOnly: boolean
}

export function mountsOf({ volumes }: Service): Mount[] {
  return (volumes ?? []).map((text) => {
    const [source, target, mode] = text.split(':')
    return { source: source!, target: target!, isReadOnly: mode === 'ro' }
  })
}
