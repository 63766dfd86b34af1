/**
 * Bends the shipped rules one place at a time (a number ×10 and ÷10, 0 to 1, a comparison turned, and/or/unless exchanged, `for` doubled and
 * halved) and runs the unit tests of that rule: a bent rule that all of them let pass is printed, since nothing would tell if someone wrote
 * it so. Needs promtool. Not part of the gate:
 *
 *   node test/rules/bend.mjs [FILE-OR-NAME…]     only rules of these files or names
 *
 * Exit 1 if a mutant survives.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

const HERE = import.meta.dirname
const RULES = join(HERE, '../../config/prometheus/rules')
const TOKEN = /"[^"]*"|\[[^\]]*\]|offset \w+|[A-Za-z_:][\w:]*|[\d.]+|==|!=|>=|<=|[<>]|\S/g
const TURNED = { '>': '<', '<': '>', '==': '!=', '!=': '==', '>=': '<', '<=': '>', and: 'or', or: 'and', unless: 'and' }
/** Bent so, an alert fires as before: without a sample it is as quiet as with a ratio of 0, which is there for whoever draws it. */
const isSame = (rule, token, after) => rule.alert !== undefined && token === 'or' && after.startsWith(' 0 *')

const namesOf = (rule) => rule.alert ?? rule.record
const folder = mkdtempSync(join(tmpdir(), 'agentlog-bend-'))
const files = readdirSync(RULES).filter((file) => file.endsWith('.yaml'))
const testFiles = readdirSync(HERE).filter((file) => file.endsWith('.test.yaml'))
const tests = testFiles.map((file) => parse(readFileSync(join(HERE, file), 'utf8')))

/** Every mutant of an expression: what it became, and where. */
function* bentExpressions({ expr, ...rule }) {
  for (const { 0: token, index } of expr.matchAll(TOKEN)) {
    const after = expr.slice(index + token.length)
    const isInMatcher = /[{,]\s*\w+$/.test(expr.slice(0, index))
    if (isInMatcher || isSame(rule, token, after)) continue
    const others = /^[\d.]+$/.test(token) ? (Number(token) === 0 ? ['1'] : [`${token} * 10`, `${token} / 10`]) : [TURNED[token]]
    for (const other of others.filter((text) => text !== undefined))
      yield {
        expr: `${expr.slice(0, index)}${/[*/]/.test(other) ? `(${other})` : other}${after}`,
        what: `${expr.slice(Math.max(0, index - 40), index)}«${token} → ${other}»`.replace(/\s+/g, ' '),
      }
  }
}

function* mutantsOf(rule) {
  for (const { expr, what } of bentExpressions(rule)) yield { rule: { ...rule, expr }, what }
  const match = /^(\d+)(\w)$/.exec(rule.for ?? '')
  if (match === null) return
  const seconds = Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86400 }[match[2]]
  for (const factor of [2, 0.5])
    yield { rule: { ...rule, for: `${seconds * factor}s` }, what: `for: ${rule.for} → ${seconds * factor}s` }
}

/** The rule, its twins, what it reads and what reads it. */
function related(groups, name) {
  const all = groups.flatMap(({ rules }) => rules)
  const mentions = (rule, other) => namesOf(other).includes(':') && rule.expr.includes(namesOf(other))
  const found = new Set([name])
  for (let size = 0; size !== found.size; ) {
    size = found.size
    for (const rule of all)
      for (const other of all) {
        if (found.has(namesOf(rule)) && mentions(rule, other)) found.add(namesOf(other))
        if (found.has(namesOf(other)) && mentions(rule, other)) found.add(namesOf(rule))
      }
  }
  return found
}

/** The tests of a rule file that speak of some of its rules, and of those alone. */
function testsOf(file, names) {
  const mine = tests.filter(({ rule_files }) => rule_files.some((path) => path.endsWith(`/${file}`)))
  const of = ({ alert_rule_test = [], promql_expr_test = [], ...test }) => ({
    ...test,
    alert_rule_test: alert_rule_test.filter(({ alertname }) => names.has(alertname)),
    promql_expr_test: promql_expr_test.filter(({ expr }) => [...names].some((name) => expr.includes(name))),
  })
  return mine
    .map((suite) => ({
      ...suite,
      tests: suite.tests.map(of).filter((test) => test.alert_rule_test.length + test.promql_expr_test.length > 0),
    }))
    .filter((suite) => suite.tests.length > 0)
}

const promtool = (file) =>
  new Promise((done) => spawn('promtool', ['test', 'rules', file], { stdio: 'ignore' }).on('close', done))

let count = 0
async function isKilled(file, groups, names, original, mutant) {
  const id = `m${count++}`
  const kept = groups
    .map((group) => ({
      ...group,
      rules: group.rules.filter((rule) => names.has(namesOf(rule))).map((rule) => (rule === original ? mutant : rule)),
    }))
    .filter(({ rules }) => rules.length > 0)
  writeFileSync(join(folder, `${id}.yaml`), stringify({ groups: kept }, { aliasDuplicateObjects: false }))
  const suites = testsOf(file, names)
  for (const [index, suite] of suites.entries()) {
    const order = suite.group_eval_order?.filter((name) => kept.some((group) => group.name === name))
    const path = join(folder, `${id}-${index}.test.yaml`)
    writeFileSync(
      path,
      stringify(
        {
          ...suite,
          ...(order ? { group_eval_order: order } : {}),
          rule_files: suite.rule_files.map((other) => (other.endsWith(`/${file}`) ? `${id}.yaml` : join(HERE, other))),
        },
        { aliasDuplicateObjects: false },
      ),
    )
    if ((await promtool(path)) !== 0) return true
  }
  return false
}

const wanted = process.argv.slice(2)
const work = []
for (const file of files) {
  const { groups } = parse(readFileSync(join(RULES, file), 'utf8'))
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    if (wanted.length > 0 && !wanted.includes(file) && !wanted.includes(namesOf(rule))) continue
    const names = related(groups, namesOf(rule))
    work.push({ file, groups, names, rule, mutant: { rule, what: 'as it is' }, isBase: true })
    for (const mutant of mutantsOf(rule)) work.push({ file, groups, names, rule, mutant })
  }
}
const survivors = []
const broken = []
let killed = 0
async function worker() {
  for (let one = work.shift(); one !== undefined; one = work.shift()) {
    const { file, groups, names, rule, mutant, isBase } = one
    const title = `${file}: ${namesOf(rule)} ${rule.labels?.severity ?? ''}: ${mutant.what}`
    const isDead = await isKilled(file, groups, names, rule, mutant.rule)
    if (isBase) {
      if (isDead) broken.push(title)
    } else if (isDead) killed++
    else survivors.push(title)
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, worker))
rmSync(folder, { recursive: true })
for (const title of broken) console.log(`its tests fail as it is: ${title}`)
for (const title of survivors.sort()) console.log(`survives: ${title}`)
console.log(`${killed} killed, ${survivors.length} survive`)
process.exitCode = survivors.length + broken.length > 0 ? 1 : 0
