/** The status page of a run: hands the rooms to it, and lets it look at them once a second. */
import { PAGE_SCRIPT } from '../page/script.ts'
import { StatusPage } from '../page/status-page.ts'
import { PAGE_ICON, PAGE_STYLE } from '../page/style.ts'
import type { PageTexts } from '../server/page.ts'
import type { Serving } from './serving.ts'
import { packageVersion } from './version.ts'

const TICK_MS = 1000

export function startPage(serving: Serving, isOpenToOthers: () => boolean): PageTexts {
  const { plan, settings, pipeline, specs, files, diagnostics, texts } = serving
  const page = new StatusPage({
    ...plan,
    version: packageVersion(),
    telemetryPath: settings.telemetryPath,
    sources: specs.map((spec) => ({
      name: spec.name,
      kind: spec.kind,
      patterns: spec.kind === 'file' ? spec.paths : [],
      problems: () => files.find((source) => source.name === spec.name)?.problems ?? [],
    })),
    pipeline,
    diagnostics,
    texts,
    isOpenToOthers,
    keepsState: serving.state !== undefined,
    wallClockMs: Date.now,
    nowMs: () => performance.now(),
  })
  setInterval(() => page.tick(), TICK_MS).unref()
  return {
    document: (withLines) => page.document(withLines),
    live: (withLines) => page.live(withLines),
    style: PAGE_STYLE,
    script: PAGE_SCRIPT,
    icon: PAGE_ICON,
  }
}
