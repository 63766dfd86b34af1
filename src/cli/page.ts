/** The status page of a run: hands the rooms to it, and lets it look at them once a second. */
import { sourceWords } from '../config/profile-words.ts'
import { PAGE_SCRIPT } from '../page/script.ts'
import { StatusPage } from '../page/status-page.ts'
import { PAGE_ICON, PAGE_STYLE } from '../page/style.ts'
import { type PageTexts, pagePath } from '../server/page.ts'
import type { Serving } from './serving.ts'
import { packageVersion } from './version.ts'

const TICK_MS = 1000

export interface RunningPage {
  readonly texts: PageTexts
  /** Another mapping is in force: the page is made anew. */
  renew(): void
}

/** `all`: of the process; the page of the first one is at `/`. */
export function startPage(serving: Serving, all: readonly Serving[], missingProtection: () => string | undefined): RunningPage {
  const startedMs = performance.now()
  const make = () => pageOf(serving, all, startedMs, missingProtection)
  let page = make()
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
      page = make()
    },
  }
}

function pageOf(
  serving: Serving,
  all: readonly Serving[],
  startedMs: number,
  missingProtection: () => string | undefined,
): StatusPage {
  const { settings, pipeline, inForce } = serving
  const { plan, specs, intakes, diagnostics, texts } = inForce
  const words = sourceWords(plan.config)
  return new StatusPage({
    ...plan,
    version: packageVersion(),
    telemetryPath: settings.telemetryPath,
    pagePath: pagePathOf(serving, all),
    otherPages: all.filter((other) => other !== serving).map((other) => pagePathOf(other, all)),
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

function pagePathOf(serving: Serving, all: readonly Serving[]): string {
  return serving === all[0] ? '/' : pagePath(serving.settings.telemetryPath!)
}
