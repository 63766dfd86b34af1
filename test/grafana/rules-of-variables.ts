/** Rules about the variables of a dashboard. */
import type { Dashboard, Variable } from './dashboard.ts'
import type { Rule } from './linter.ts'
import { namedIn } from './promql.ts'

const ON_TIME_RANGE_CHANGE = 2
const LABEL_VALUES = /^label_values\((.+), ?(\w+)\)$/
const queries = ({ templating }: Dashboard): Variable[] => templating.list.filter(({ type }) => type === 'query')

/** A variable over the values of a label of the scrape targets. */
function ofTargets(name: string, title: string): Rule {
  return ({ templating }) => {
    const variable = templating.list.find((each) => each.name === name)
    if (variable === undefined) return [`no variable ${name}`]
    const wrong = [
      variable.type !== 'query' && `type is ${variable.type}, not query`,
      variable.label !== title && `label is ${variable.label}, not ${title}`,
      LABEL_VALUES.exec(variable.query ?? '')?.[2] !== name && `query is not label_values(…, ${name})`,
    ]
    return wrong.filter((problem) => problem !== false)
  }
}

function datasource({ templating }: Dashboard): string[] {
  const [first] = templating.list
  const isThere = first?.name === 'datasource' && first.type === 'datasource' && first.query === 'prometheus'
  return isThere && first.label === 'Data source' ? [] : ['the first variable is not the data source, labelled "Data source"']
}

/** `label_values` of one selector, which names the variables that come before: whoever chooses a job sees its instances alone. */
function labelPromql({ name, query = '' }: Variable, before: readonly string[]): string[] {
  const selectors = namedIn(LABEL_VALUES.exec(query)?.[1] ?? '').selectors
  if (selectors.length !== 1) return [`${name}: ${query} is not label_values(selector, label)`]
  const matchers = selectors[0]!.matchers.map(({ label, operator, value }) => `${label}${operator}${value}`)
  return before
    .filter((other) => !matchers.includes(`${other}=~$${other}`))
    .map((other) => `${name}: ${query} does not filter on ${other}`)
}

export const VARIABLE_RULES = {
  'template-datasource': datasource,
  'template-job': ofTargets('job', 'Job'),
  'template-instance': ofTargets('instance', 'Instance'),
  'template-label-promql': (dashboard) =>
    queries(dashboard).flatMap((variable) => {
      const before = { job: [], instance: ['job'] }[variable.name] ?? ['job', 'instance']
      return labelPromql(variable, before)
    }),
  'template-on-time-change-reload': (dashboard) =>
    queries(dashboard)
      .filter(({ refresh }) => refresh !== ON_TIME_RANGE_CHANGE)
      .map(({ name }) => `${name} is not read anew when the time range changes`),
  // A label whose text is empty is none: `.+` would hide its series from who has chosen all, and the agent writes such texts.
  'template-all': (dashboard) =>
    queries(dashboard)
      .filter(({ name, multi, includeAll, allValue = '' }) => {
        const isAll = allValue === '.+' || (allValue === '.*' && !['job', 'instance'].includes(name))
        return !multi || !includeAll || !isAll
      })
      .map(({ name }) => `${name} has not several values and All as .+`),
  'template-datasource-used': (dashboard) =>
    queries(dashboard)
      .filter(({ datasource }) => (datasource as { uid?: string } | undefined)?.uid !== '${datasource}')
      .map(({ name }) => `${name} does not ask the data source of the dashboard`),
} as const satisfies Readonly<Record<string, Rule>>
