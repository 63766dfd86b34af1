/** Rules about a dashboard and its panels, whatever they ask. */
import { allOf, type Dashboard, type Panel, panelsOf, targetsOf } from './dashboard.ts'
import type { Rule } from './linter.ts'

const DATASOURCE = JSON.stringify({ type: 'prometheus', uid: '${datasource}' })
const COLUMNS = 24
/** What Grafana 10 to 13 load without a change of kinds. */
const SCHEMA_VERSIONS = [39, 42]
const isOurs = (datasource: unknown): boolean => {
  const { type, uid } = (datasource ?? {}) as { type?: string; uid?: string }
  return JSON.stringify({ type, uid }) === DATASOURCE
}
const titled = (panel: Panel): string => `"${panel.title ?? ''}" (${panel.type}, id ${panel.id})`

/** In the same list: those of a closed row lie where they will when it is open. */
function overlaps(panels: readonly Panel[]): string[] {
  const open = panels.filter((panel) => panel.gridPos !== undefined)
  return open.flatMap((a, index) =>
    open.slice(index + 1).flatMap((b) => (meet(a, b) ? [`${titled(a)} lies on ${titled(b)}`] : [])),
  )
}

function meet({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a!.x < b!.x + b!.w && b!.x < a!.x + a!.w && a!.y < b!.y + b!.h && b!.y < a!.y + a!.h
}

function outOfGrid(panel: Panel): boolean {
  const at = panel.gridPos
  return at === undefined || at.w < 1 || at.h < 1 || at.x < 0 || at.y < 0 || at.x + at.w > COLUMNS
}

function doubles(ids: readonly (number | undefined)[]): string[] {
  return ids
    .filter((id, index) => id === undefined || ids.indexOf(id) !== index)
    .map((id) => `id ${id} is missing or there twice`)
}

/** What the whole dashboard is to be set to. */
function settings({ id, uid, title, tags, refresh, timezone, time, schemaVersion }: Dashboard): string[] {
  const [oldest, newest] = SCHEMA_VERSIONS as [number, number]
  const wrong = [
    id !== null && `id is ${id}, not null`,
    !/^agentlog-[a-z0-9-]{1,31}$/.test(uid ?? '') && `uid ${uid} is not agentlog-NAME of at most 40 characters`,
    !title && 'no title',
    !tags?.includes('agentlog') && 'no tag agentlog',
    refresh !== '30s' && `refresh is ${refresh}, not 30s`,
    timezone !== 'browser' && `timezone is ${timezone}, not browser`,
    (time?.from !== 'now-1h' || time.to !== 'now') && 'time is not now-1h to now',
    !(schemaVersion >= oldest && schemaVersion <= newest) && `schemaVersion ${schemaVersion} is not ${oldest} to ${newest}`,
  ]
  return wrong.filter((problem) => problem !== false)
}

export const SHAPE_RULES = {
  settings,
  'uneditable-dashboard': ({ editable }) => (editable === false ? [] : ['editable is not false']),
  'panel-datasource': (dashboard) => [
    ...panelsOf(dashboard)
      .filter((panel) => !isOurs(panel.datasource))
      .map(titled),
    ...targetsOf(dashboard)
      .filter(({ target }) => !isOurs(target.datasource))
      .map(({ place }) => place),
    ...dashboard.annotations.list.filter(({ datasource }) => !isOurs(datasource)).map(({ name }) => `annotation ${name}`),
  ],
  'panel-title-description': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ title, description }) => !title?.trim() || !description?.trim())
      .map(titled),
  'panel-units': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ fieldConfig }) => !fieldConfig?.defaults?.unit)
      .map(titled),
  'panel-no-targets': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ targets }) => !targets?.length || targets.some(({ expr }) => !expr?.trim()))
      .map(titled),
  // Elsewhere panels do not read them.
  'panel-thresholds': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ fieldConfig }) => !fieldConfig?.defaults?.thresholds?.steps?.length)
      .map(titled),
  'panel-ids': (dashboard) => doubles(allOf(dashboard).map(({ id }) => id)),
  'panel-type': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ type }) => ['graph', 'singlestat', 'table-old'].includes(type))
      .map((panel) => `${titled(panel)} is of a kind that Grafana dropped`),
  'panel-grid': (dashboard) => [
    ...allOf(dashboard)
      .filter(outOfGrid)
      .map((panel) => `${titled(panel)} is not on the grid of ${COLUMNS} columns`),
    ...overlaps(dashboard.panels),
    ...dashboard.panels.flatMap((panel) => overlaps(panel.panels ?? [])),
  ],
} as const satisfies Readonly<Record<string, Rule>>
