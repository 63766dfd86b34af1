/** The status page of a run: hands the rooms to it, and lets it look at them once a second. */
import { sourceWords } from '../config/profile-words.ts'
import { PAGE_SCRIPT } from '../page/script.ts'
import { StatusPage } from '../page/status-page.ts'
import { PAGE_ICON, PAGE_STYLE } from '../page/style.ts'
import type { PageTexts } from '../server/page.ts'
import type { Serving } from './serving.ts'
import { packageVersion } from './version.ts'

const TICK_MS = 1000

export interface RunningPage {
  readonly texts: PageTexts
  /** Another mapping is in force: the page is made anew. */
  renew(): void
}

export function startPage(serving: Serving, missingProtection: () => string | undefined): RunningPage {
  const startedMs = performance.now()
  let page = pageOf(serving, startedMs, missingProtection)
  setInterval(() => page.tick(), TICK_MS).unref()
  return {
    texts: {
      document: (withLines) => page.document(withLines),
      live: (withLines) => page.live(withLines),
      style: PAGE_STYLE,
      script: PAGE_SCRIPT,
      icon: PAGE_ICON,
    },
    renew: () => {
      page = pageOf(serving, startedMs, missingProtection)
    },
  }
}

function pageOf(serving: Serving, startedMs: number, missingProtection: () => string | undefined): StatusPage {
  const { settings, pipeline, inForce } = serving
  const { plan, specs, intakes, diagnostics, texts } = inForce
  const words = sourceWords(plan.config)
  return new StatusPage({
    ...plan,
    version: packageVersion(),
    telemetryPath: settings.telemetryPath,
    sources: specs.map((spec, i) => ({
      name: spec.name,
      kind: spec.kind,
      mapping: words.get(spec.name) ?? [],
      get patterns() {
        return intakes[i]?.places() ?? []
      },
      problems: () => intakes[i]?.problems() ?? [],
    })),
    pipeline,
    diagnostics,
    texts,
    missingProtection,
    keepsState: serving.state !== undefined,
    startedMs,
    wallClockMs: Date.now,
    nowMs: () => performance.now(),
  })
}
