/** The status page in a real Chromium: what it shows, how it refreshes, and that nothing in a log can make it do anything else. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Exporter, isMissing, Scratch, until } from './workbench.ts'

const isSkipped = isMissing('chromium')
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const SIZES = [
  [1280, 900],
  [390, 844],
] as const
const HOSTILE = `<img src=x onerror="window.hurt=1">"'</pre></td><script>window.hurt=1</script>\u202e\u2066\u0007`

let scratch: Scratch
let log: string
let exporter: Exporter
let profile: string
let context: BrowserContext

beforeAll(async () => {
  if (isSkipped) return
  scratch = new Scratch()
  const lines = [
    { event: 'ToolInvocation', tool_name: 'bash' },
    { event: 'tool_invocation', tool_name: 'bash', status: 'ok' },
    { event: HOSTILE, field: HOSTILE },
    { [HOSTILE]: 'tool_invocation', x: HOSTILE },
    { event: 'tool_invocation', tool_name: HOSTILE, status: HOSTILE },
    { event: 'llm_call', model: HOSTILE, input_tokens: -1 },
    { event: 'x'.repeat(100_000) },
    { event: '__proto__' },
  ]
  const texts = [...lines.map((line) => JSON.stringify(line)), `no json ${HOSTILE}`, `{"event":"${HOSTILE}`]
  log = scratch.write('agent.jsonl', `${texts.join('\n')}\n`)
  exporter = await Exporter.start(log, '--web.external-url', 'http://127.0.0.1/team/agentlog/')
  await exporter.caughtUp(texts.length)
  profile = mkdtempSync(join(tmpdir(), 'agentlog-chromium-'))
  context = await chromium.launchPersistentContext(profile, { executablePath: '/usr/bin/chromium', args: FLAGS })
})

afterAll(async () => {
  if (isSkipped) return
  await context.close()
  await exporter.stop()
  rmSync(profile, { recursive: true, force: true })
  scratch.remove()
})

/** A page that notes whatever a clean one does not do. */
async function opened(path = '/'): Promise<{ page: Page; troubles: string[] }> {
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('console', (message) => troubles.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('requestfailed', (request) => troubles.push(`failed: ${request.url()}`))
  page.on('dialog', (dialog) => troubles.push(`dialog: ${dialog.message()}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(exporter.url)) troubles.push(`foreign: ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() !== 200) troubles.push(`${response.status()}: ${response.url()}`)
  })
  await page.goto(exporter.url + path)
  return { page, troubles }
}

function append(...events: readonly object[]): void {
  appendFileSync(log, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
}

/** Waits for the page's own script to have fetched anew. */
async function refreshed(page: Page): Promise<void> {
  await page.waitForResponse((response) => response.url().endsWith('/page.live'))
  await page.waitForResponse((response) => response.url().endsWith('/page.live'))
}

const rowOf = (page: Page, event: string) =>
  page.locator('#events tbody').filter({ has: page.locator('th[scope=row]', { hasText: new RegExp(`^${event}$`) }) })

const countOf = (page: Page, event: string): Promise<string> => rowOf(page, event).locator('[data-title="Taken"]').innerText()

for (const [width, height] of SIZES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.skipIf(isSkipped)(
      `at ${width} pixels and ${colorScheme} nothing fails, runs, comes from elsewhere or sticks out`,
      async () => {
        const { page, troubles } = await opened()
        await page.setViewportSize({ width, height })
        await page.emulateMedia({ colorScheme })
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true
        })
        await refreshed(page)
        expect(troubles).toEqual([])
        expect(await page.evaluate(() => 'hurt' in globalThis)).toBe(false)
        const widths = () => [document.documentElement.scrollWidth, document.body.scrollWidth]
        for (const used of await page.evaluate(widths)) expect(used).toBeLessThanOrEqual(width)
        // Tables fit too: on a phone they are lists.
        const cut = () =>
          [...document.querySelectorAll('.frame:has(table)')].filter((frame) => frame.scrollWidth > frame.clientWidth)
        expect(await page.evaluate(`(${cut})().length`)).toBe(0)
        expect(await page.locator('img, iframe, form, style, [style], [onerror], main script').count()).toBe(0)
        const [ground, text] = await page.evaluate(() => {
          const { backgroundColor, color } = getComputedStyle(document.body)
          return [backgroundColor, color]
        })
        expect(lightness(ground!) > lightness(text!)).toBe(colorScheme === 'light')
        await page.close()
      },
    )
  }
}

test.skipIf(isSkipped)('a refresh shows new numbers and keeps scroll, focus, open details and selection', async () => {
  const { page, troubles } = await opened()
  const row = rowOf(page, 'tool_invocation')
  await row.locator('summary').click()
  await row.locator('summary').focus()
  await page.evaluate(() => {
    const text = document.querySelector('#metrics h2')!
    document.getSelection()!.selectAllChildren(text)
  })
  const before = Number(await countOf(page, 'tool_invocation'))
  const place = await page.evaluate(() => [scrollY, document.activeElement!.textContent])
  expect(place[0]).toBeGreaterThan(100)
  append({ event: 'tool_invocation', tool_name: 'read', status: 'ok' }, { event: 'brand_new' })
  await until('new numbers', async () => (Number(await countOf(page, 'tool_invocation')) === before + 1 ? true : undefined))
  expect(await page.evaluate(() => [scrollY, document.activeElement!.textContent])).toEqual(place)
  expect(await row.locator('details').getAttribute('open')).not.toBeNull()
  expect(await page.evaluate(() => String(document.getSelection()))).toBe('Metrics')
  expect(await rowOf(page, 'brand_new').count()).toBe(1)
  expect(troubles).toEqual([])
  await page.close()
})

test.skipIf(isSkipped)('paused it stands still, and goes on when asked', async () => {
  const { page } = await opened()
  const pause = page.getByRole('button', { name: 'Pause' })
  await pause.click()
  expect(await pause.getAttribute('aria-pressed')).toBe('true')
  let askedCount = 0
  page.on('request', () => askedCount++)
  const before = await countOf(page, 'tool_invocation')
  append({ event: 'tool_invocation', tool_name: 'read', status: 'ok' })
  // Another page's refresh shows that the time of one has gone by.
  const other = await opened()
  await refreshed(other.page)
  await other.page.close()
  expect([askedCount, await countOf(page, 'tool_invocation')]).toEqual([0, before])
  await pause.click()
  await until('new numbers', async () => ((await countOf(page, 'tool_invocation')) === before ? undefined : true))
  await page.close()
})

test.skipIf(isSkipped)('the keyboard reaches everything in order, each with a name and a visible focus', async () => {
  const { page } = await opened()
  const stops: string[] = []
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab')
    stops.push(await page.evaluate(() => document.activeElement!.textContent!.trim()))
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe('solid')
  }
  expect(stops.slice(0, 10)).toEqual([
    'Skip to the state',
    'Pause',
    'Sources',
    'Events',
    'Rules',
    'Rejected lines',
    'Skipped updates',
    'Metrics',
    'Kept',
    'Mapping',
  ])
  const names = () => {
    const named = [...document.querySelectorAll('a, button, summary, [tabindex="0"], meter, svg')]
    return named
      .filter((element) => !(element.getAttribute('aria-label') ?? element.textContent)!.trim())
      .map((element) => element.outerHTML)
  }
  expect(await page.evaluate(names)).toEqual([])
  const heads = () => [...document.querySelectorAll('th')].filter((th) => !th.scope).length
  expect(await page.evaluate(heads)).toBe(0)
  for (const landmark of ['banner', 'main', 'contentinfo'] as const) expect(await page.getByRole(landmark).count()).toBe(1)
  await page.close()
})

test.skipIf(isSkipped)("a rule's place leads to its line in the mapping", async () => {
  const { page } = await opened()
  const link = page.locator('#rules a').first()
  const [, line] = /:(\d+)$/.exec(await link.innerText())!
  await link.click()
  const target = page.locator(':target')
  expect(await target.innerText()).toMatch(new RegExp(`^${line}.*agent_tool_calls_total`))
  expect(await target.isVisible()).toBe(true)
  await page.close()
})

test.skipIf(isSkipped)('under the path of the external URL the page works the same', async () => {
  const { page, troubles } = await opened('/team/agentlog/')
  await refreshed(page)
  const links = await page.locator('footer a').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))
  expect(links).toContain(`${exporter.url}/team/agentlog/metrics`)
  for (const link of links) expect([link, (await fetch(link)).status]).toEqual([link, 200])
  expect(troubles).toEqual([])
  await page.close()
})

test.skipIf(isSkipped)('without script the page is whole and can be loaded anew', async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  await plain.goto(exporter.url)
  expect(await plain.getByRole('link', { name: 'Reload' }).isVisible()).toBe(true)
  expect(await plain.getByRole('button').count()).toBe(0)
  expect(await plain.getByText('Did you mean').first().isVisible()).toBe(true)
  await browser.close()
})

test.skipIf(isSkipped)('when the exporter is gone the page says so and keeps what it showed', async () => {
  const own = scratch.write('own.jsonl', '{"event":"tool_invocation"}\n')
  const gone = await Exporter.start(own)
  const page = await context.newPage()
  await page.goto(gone.url)
  await gone.stop()
  await until('the word', async () => ((await page.locator('#offline').innerText()) === '' ? undefined : true))
  expect(await page.locator('#offline').innerText()).toBe('No answer; trying again.')
  expect(await page.getByText('tool_invocation').count()).toBeGreaterThan(0)
  await page.close()
})

function lightness(colour: string): number {
  const [red, green, blue] = [...colour.matchAll(/\d+/g)].map(Number)
  return red! + green! + blue!
}
