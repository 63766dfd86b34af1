/** The committed dashboards are what their source builds, byte for byte; `npm run dashboards` writes them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DASHBOARDS } from '../../config/grafana/source/index.ts'
import { fileText } from '../../config/grafana/source/kit/board.ts'

const FOLDER = join(import.meta.dirname, '../../config/grafana/dashboards')
const names = Object.keys(DASHBOARDS)

if (process.env.UPDATE_GOLDEN) {
  mkdirSync(FOLDER, { recursive: true })
  for (const file of readdirSync(FOLDER)) if (!names.includes(file.replace(/\.json$/, ''))) rmSync(join(FOLDER, file))
  for (const name of names) writeFileSync(join(FOLDER, `${name}.json`), fileText(DASHBOARDS[name]!))
}

test('each dashboard of the source is a file, and no other file is there', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(names.map((name) => `${name}.json`).sort())
})

test.each(names)('dashboards/%s.json is what npm run dashboards writes', (name) => {
  expect(readFileSync(join(FOLDER, `${name}.json`), 'utf8')).toBe(fileText(DASHBOARDS[name]!))
})

test('a dashboard is named in the list as in its uid', () => {
  expect(names.map((name) => DASHBOARDS[name]!.uid)).toEqual(names.map((name) => `agentlog-${name}`))
})
