/** Secrets that are known by how they begin: keys of providers, code hosts, clouds, chats and shops. One row each. */
import { ALNUM, CAPITALS, DOT, DOTTED, isOf, isStart, looksDrawn, PATH, runEnd, TOKEN, URL_SAFE, WORD } from './characters.ts'
import type { Place } from './masked.ts'

export interface TokenShape {
  readonly leads: readonly string[]
  /** What may follow the lead. */
  readonly characters: number
  /** So many of them at least. */
  readonly min: number
  /** And no more: a longer one is something else. */
  readonly max?: number
  /** So many of them without a sign between. */
  readonly minStretch?: number
  /** Need not look drawn, since lead and length say enough; but nothing that makes it longer may follow. */
  readonly isCertain?: boolean
}

export const TOKEN_SHAPES: readonly TokenShape[] = [
  // Model providers and what agents use beside them.
  { leads: ['sk-ant-', 'sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-or-', 'sk-lf-'], characters: URL_SAFE, min: 16 },
  { leads: ['sk-'], characters: URL_SAFE, min: 16, minStretch: 16 },
  { leads: ['AIza'], characters: URL_SAFE, min: 30 },
  { leads: ['ya29.', 'GOCSPX-', 'tvly-'], characters: URL_SAFE, min: 20 },
  { leads: ['xai-', 'pplx-', 'gsk_', 'hf_', 'r8_'], characters: ALNUM, min: 30 },
  { leads: ['nvapi-'], characters: URL_SAFE, min: 32 },
  { leads: ['lsv2_'], characters: WORD, min: 32 },
  { leads: ['sk_'], characters: ALNUM, min: 32 },
  // Code hosts and registries.
  { leads: ['ghp_', 'gho_', 'ghu_', 'ghr_', 'github_pat_'], characters: WORD, min: 30 },
  { leads: ['ghs_'], characters: DOTTED, min: 30 },
  {
    leads: ['glpat-', 'glptt-', 'gldt-', 'glrt-', 'glcbt-', 'glsoat-', 'glimt-', 'glagent-'],
    characters: DOTTED,
    min: 20,
  },
  { leads: ['npm_'], characters: ALNUM, min: 30 },
  { leads: ['pypi-'], characters: URL_SAFE, min: 50 },
  { leads: ['dckr_pat_'], characters: URL_SAFE, min: 20 },
  // Clouds and their tools.
  { leads: ['AKIA', 'ASIA'], characters: CAPITALS, min: 16, max: 16, isCertain: true },
  { leads: ['dop_v1_'], characters: ALNUM, min: 40 },
  { leads: ['hvs.'], characters: URL_SAFE, min: 24 },
  { leads: ['glsa_'], characters: WORD, min: 32 },
  { leads: ['AGE-SECRET-KEY-1'], characters: CAPITALS, min: 50 },
  // Chats, mail, shops.
  {
    leads: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxc-', 'xoxd-', 'xapp-'],
    characters: TOKEN,
    min: 16,
  },
  {
    leads: ['hooks.slack.com/services/', 'hooks.slack.com/workflows/', 'hooks.slack.com/triggers/'],
    characters: PATH,
    min: 16,
  },
  { leads: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'], characters: PATH, min: 30 },
  { leads: ['SG.'], characters: DOTTED, min: 40 },
  { leads: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'], characters: TOKEN, min: 16 },
  { leads: ['shpat_'], characters: ALNUM, min: 32 },
]

/** Where a search failed in one text: what it walked is not walked for the same thing again, so that the work is linear. */
export class FailedRuns {
  readonly #until = new Map<object, number>()

  /** Whether `at` stands in a run in which `what` is not. */
  has(what: object, at: number): boolean {
    return at < (this.#until.get(what) ?? 0)
  }

  add(what: object, until: number): void {
    this.#until.set(what, until)
  }
}

/** The token whose lead stands at `[start, body)`; of a URL without its host. What fits nowhere in a run does not fit in its end either. */
export function tokenAt(shape: TokenShape, text: string, start: number, body: number, failed: FailedRuns): Place | undefined {
  if (failed.has(shape, body) || !isStart(text, start)) return undefined
  const run = runEnd(shape.characters, text, body)
  const end = withoutStop(shape, text, run)
  const length = end - body
  if (length >= shape.min && length <= (shape.max ?? length) && isDrawn(shape, text, body, end))
    return [shape.characters === PATH ? body : start, end]
  failed.add(shape, run)
  return undefined
}

/** A full stop after the token is none of its. */
function withoutStop({ characters }: TokenShape, text: string, end: number): number {
  return isOf(DOT & characters, text, end - 1) ? end - 1 : end
}

function isDrawn(shape: TokenShape, text: string, start: number, end: number): boolean {
  if (shape.isCertain) return !isOf(ALNUM, text, end)
  return looksDrawn(text, start, end, shape.minStretch)
}
