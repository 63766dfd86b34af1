/**
 * As much of kustomize as config/deploy uses, so that what it makes is checked where there is no kubectl. It refuses what it does not know.
 * Where there is a kubectl, test/real/deploy.test.ts holds the two together.
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

export type Node = { [key: string]: unknown }
export interface Resource extends Node {
  readonly kind: string
  readonly metadata: Node & { name: string; labels?: Record<string, string> }
}

interface Kustomization {
  readonly apiVersion: string
  readonly kind: 'Kustomization' | 'Component'
  readonly namespace?: string
  readonly resources?: readonly string[]
  readonly components?: readonly string[]
  readonly patches?: readonly { path: string; target: { kind: string; labelSelector: string } }[]
  readonly configMapGenerator?: readonly { name: string; files: readonly string[] }[]
  readonly images?: readonly { name: string; newName: string; newTag: string }[]
}

const KNOWN = 'apiVersion kind namespace resources components patches configMapGenerator images'.split(' ')
const CLUSTER_KINDS = ['Namespace', 'PriorityClass']
/** What tells the elements of a list apart, by the key of the list; other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
}
/** kustomize writes a hash without letters that could make words. */
const HASH_LETTERS: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' }

export function readAll<T = Resource>(file: string): T[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS() as T
  })
}

/** What `kubectl kustomize FOLDER` prints, in another order. */
export function render(folder: string): Resource[] {
  return withHashes(accumulate(folder, []))
}

function accumulate(folder: string, before: readonly Resource[]): Resource[] {
  const [kustomization] = readAll<Kustomization>(join(folder, 'kustomization.yaml'))
  const { resources, components, patches, configMapGenerator, images, namespace, ...rest } = kustomization!
  for (const key of Object.keys(rest)) if (!KNOWN.includes(key)) throw new Error(`${folder}: ${key} is not known here`)
  let made = [...before]
  for (const path of resources ?? []) made.push(...resourcesAt(join(folder, path)))
  for (const path of components ?? []) made = accumulate(join(folder, path), made)
  for (const { name, files } of configMapGenerator ?? []) {
    const data = Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
    made.push({ apiVersion: 'v1', data, kind: 'ConfigMap', metadata: { name } })
  }
  for (const { path, target } of patches ?? []) {
    const [patch] = readAll(join(folder, path))
    made = made.map((one) => (isTarget(one, target) ? patched(one, patch!) : one))
  }
  if (namespace !== undefined) for (const one of made) setNamespace(one, namespace)
  for (const image of images ?? []) for (const container of made.flatMap(containersOf)) setImage(container, image)
  return made
}

function resourcesAt(path: string): Resource[] {
  return statSync(path).isDirectory() ? accumulate(path, []) : readAll(path)
}

function isTarget({ kind, metadata }: Resource, target: { kind: string; labelSelector: string }): boolean {
  const [key, value] = target.labelSelector.split('=')
  return new RegExp(`^(?:${target.kind})$`).test(kind) && metadata.labels?.[key!] === value
}

/** A strategic merge; what the patch is called and of what kind does not count, as in kustomize where a target is named. */
function patched(resource: Resource, { spec }: Resource): Resource {
  return merged(resource, { spec }) as Resource
}

/** What the patch sets to null goes. */
function merged(base: Node, patch: Node): Node {
  const result: Node = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    const old = base[key]
    const mergeKey = MERGE_KEYS[key]
    if (value === null) delete result[key]
    else if (mergeKey !== undefined && Array.isArray(old)) result[key] = mergedList(old, value as Node[], mergeKey)
    else result[key] = isNode(old) && isNode(value) ? merged(old, value) : value
  }
  return result
}

/** What is new comes first. */
function mergedList(base: readonly Node[], patch: readonly Node[], key: string): Node[] {
  const fresh = patch.filter((one) => !base.some((other) => other[key] === one[key]))
  const old = base.map((one) => {
    const found = patch.find((other) => other[key] === one[key])
    return found === undefined ? one : merged(one, found)
  })
  return [...fresh, ...old]
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function setNamespace(resource: Resource, namespace: string): void {
  if (!CLUSTER_KINDS.includes(resource.kind)) resource.metadata.namespace = namespace
}

function setImage(container: Container, { name, newName, newTag }: { name: string; newName: string; newTag: string }): void {
  if (container.image.split(':')[0] === name) container.image = `${newName}:${newTag}`
}

/** Generated maps get the hash of their content into their names, and who names them follows. (The name in what is hashed is empty.) */
function withHashes(resources: readonly Resource[]): Resource[] {
  const names = new Map<string, string>()
  for (const { kind, metadata, data } of resources) {
    if (kind === 'ConfigMap') names.set(metadata.name, `${metadata.name}-${hashOf({ data, kind, name: '' })}`)
  }
  for (const one of resources) {
    if (one.kind === 'ConfigMap') one.metadata.name = names.get(one.metadata.name)!
    for (const { configMap } of podOf(one)?.volumes ?? [])
      if (configMap) configMap.name = names.get(configMap.name) ?? configMap.name
  }
  return [...resources]
}

function hashOf(content: Node): string {
  // As Go writes JSON: what HTML could take for markup is escaped.
  const json = JSON.stringify(content).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
  const hash = createHash('sha256').update(json).digest('hex')
  return hash.slice(0, 10).replace(/[013ae]/g, (letter) => HASH_LETTERS[letter]!)
}

export interface Container extends Node {
  readonly name: string
  image: string
  readonly args?: readonly string[]
  readonly env?: readonly { name: string; value: string }[]
  readonly ports?: readonly { name: string; containerPort: number }[]
  readonly resources: { requests: Record<string, string>; limits: Record<string, string> }
  readonly securityContext: Node
  readonly volumeMounts: readonly { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[]
  readonly restartPolicy?: string
  readonly startupProbe?: Probe
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
}

export interface Probe extends Node {
  readonly httpGet: { path: string; port: string }
  readonly exec?: { command: readonly string[] }
  readonly periodSeconds: number
  readonly failureThreshold: number
}

export interface Pod extends Node {
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes?: readonly (Node & { name: string; configMap?: { name: string }; hostPath?: { path: string; type: string } })[]
  readonly terminationGracePeriodSeconds?: number
}

/** The pod that a workload makes. */
export function podOf({ spec }: Node): Pod | undefined {
  return (spec as { template?: { spec: Pod } } | undefined)?.template?.spec
}

export function podLabelsOf({ spec }: Node): Record<string, string> {
  return (spec as { template: { metadata: { labels: Record<string, string> } } }).template.metadata.labels
}

/** Those of a patch too, which may leave out what it does not change. */
export function containersOf(resource: Node): Container[] {
  const pod = podOf(resource)
  return pod === undefined ? [] : [...(pod.initContainers ?? []), ...(pod.containers ?? [])]
}

/** The same resources in an order that hangs on nothing but their kinds and names. */
export function sorted(resources: readonly Resource[]): Resource[] {
  return [...resources].sort((a, b) => idOf(a).localeCompare(idOf(b)))
}

function idOf({ kind, metadata }: Resource): string {
  return `${kind} ${metadata.name}`
}
