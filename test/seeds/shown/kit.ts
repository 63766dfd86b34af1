/** The acceptance kit in ../shared/seeds: the scenario, what each system has to expose after it, and golden.py, which compares. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMissing, ROOT } from '../../real/workbench.ts'

export const SYSTEMS = ['mcpworks', 'callsphere', 'makeaihq', 'mcp-gateway', 'mcp-mesh'] as const
export type System = (typeof SYSTEMS)[number]

const KIT = [join(ROOT, '../shared/seeds'), join(ROOT, '../../shared/seeds')].find(existsSync)
if (KIT === undefined) console.log('nothing is compared with what was published: there is no ../shared/seeds')

/** None where the kit is not at hand. */
export const systems: readonly System[] = KIT === undefined || isMissing('python3', 'promtool') ? [] : SYSTEMS

export const scenarioFile = join(KIT ?? '', 'scenario.jsonl')

export function scenarioLines(): readonly string[] {
  return readFileSync(scenarioFile, 'utf8').trimEnd().split('\n')
}

/** What golden.py says of a page, a URL (asked again for `waitSeconds`) or a file; the first word is OK if all is as expected. */
export function golden(system: System, page: string, waitSeconds = 0): Promise<string> {
  const args = ['--allow-zero', '--wait', String(waitSeconds), page, join(KIT!, `expected-${system}.prom`)]
  const child = spawn('python3', [join(KIT!, 'golden.py'), ...args])
  let said = ''
  child.stdout.on('data', (text) => (said += text))
  child.stderr.on('data', (text) => (said += text))
  return new Promise((done) => child.on('close', (code) => done(code === 0 && said.startsWith('OK') ? 'OK' : `${code}: ${said}`)))
}
