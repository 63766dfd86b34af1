/** config/alertmanager in the hands of amtool and of a real Alertmanager whose receivers are on loopback: who hears of what, and what it reads. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Alertmanager, Sink } from '../../real/alertmanager-server.ts'
import { run } from '../../real/deploy-programs.ts'
import { isMissing, Scratch, until } from '../../real/workbench.ts'
import { ALERTMANAGER, ROUTES } from '../../setups/shipped-setups.ts'

const noAmtool = isMissing('amtool', 'prometheus-alertmanager')
const fileOf = (name: string): string => join(ALERTMANAGER, `${name}.yaml`)

test.for(noAmtool ? [] : ROUTES)('amtool takes %s.yaml', (name) => {
  const { status, stdout, stderr } = run('amtool', 'check-config', fileOf(name))
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('1 templates')
})

const RECEIVERS: readonly (readonly [string, readonly string[], string])[] = [
  ['makeaihq', ['severity=critical'], 'pagerduty-critical,slack-critical'],
  ['makeaihq', ['severity=critical', 'component=performance'], 'pagerduty-critical,slack-critical,slack-performance-team'],
  ['makeaihq', ['severity=warning'], 'slack-warnings'],
  ['makeaihq', ['severity=warning', 'component=performance'], 'slack-warnings,slack-performance-team'],
  ['makeaihq', ['component=performance'], 'slack-performance-team'],
  ['makeaihq', ['severity=info'], 'default'],
  ['makeaihq', ['severity=critical', 'escalation=true'], 'pagerduty-escalation,pagerduty-critical,slack-critical'],
  ['mcp-mesh', ['severity=critical', 'namespace=mcp-mesh'], 'default'],
  ['agentlog', ['severity=critical'], 'critical'],
  ['agentlog', ['severity=warning', 'agent=researcher'], 'warning'],
  ['agentlog', ['severity=info'], 'info'],
]

test.for(noAmtool ? [] : RECEIVERS)('%s: %j goes to %s', ([name, labels, receivers]) => {
  const { status, stdout } = run('amtool', 'config', 'routes', 'test', `--config.file=${fileOf(name)}`, ...labels)
  expect([status, stdout.trim()]).toEqual([0, receivers])
})

test.skipIf(noAmtool)('amtool shows the route of escalation, which repeats sooner than the others', () => {
  const { stdout } = run('amtool', 'config', 'routes', 'show', `--config.file=${fileOf('makeaihq')}`)
  expect(stdout).toMatch(/escalation="true"\} +continue: true +receiver: pagerduty-escalation/)
  expect(readFileSync(fileOf('makeaihq'), 'utf8')).toMatch(/pagerduty-escalation\n +repeat_interval: 1h/)
})

interface Slack {
  readonly channel: string
  readonly attachments: readonly { readonly title: string; readonly text: string; readonly color: string }[]
}
interface Page {
  readonly payload: { readonly summary: string; readonly severity: string }
}

describe.skipIf(noAmtool)('makeaihq, live', () => {
  const scratch = new Scratch()
  let sink: Sink
  let alertmanager: Alertmanager

  /** The shipped file with its secrets in a folder of the test, waiting shortly; PagerDuty's old API has a fixed address, its new one has not. */
  function onLoopback(): string {
    scratch.write('slack_api_url', `${sink.url}/slack\n`)
    scratch.write('pagerduty_service_key', 'a'.repeat(32))
    scratch.write('pagerduty_escalation_key', 'b'.repeat(32))
    scratch.write('agentlog.tmpl', readFileSync(join(ALERTMANAGER, 'agentlog.tmpl'), 'utf8'))
    const text = readFileSync(fileOf('makeaihq'), 'utf8')
      .replaceAll('/etc/alertmanager/secrets', scratch.path)
      .replaceAll('service_key_file:', 'routing_key_file:')
      .replace('global:\n', `global:\n  pagerduty_url: ${sink.url}/pagerduty\n`)
      .replace('group_wait: 30s', 'group_wait: 200ms')
    return scratch.write('alertmanager.yaml', text)
  }

  beforeAll(async () => {
    sink = await Sink.start()
    alertmanager = await Alertmanager.start(onLoopback(), scratch.file('data'))
  })
  afterAll(async () => {
    await alertmanager?.stop()
    sink?.stop()
    scratch.remove()
  })

  const sentTo = async (channel: string): Promise<Slack> =>
    until(`a message in ${channel}`, () =>
      sink.received.map(({ body }) => body as Slack).find((body) => body.channel === channel),
    )

  test('what is sent says what the alert describes, and with nothing described what it is labelled', async () => {
    const summary = 'Tool book fails'
    const described = { summary, description: 'book: 40 % of calls fail', runbook_url: 'https://example.org/runbooks#toolfails' }
    await alertmanager.post(
      {
        labels: { alertname: 'ToolFails', severity: 'critical', component: 'performance', tool_name: 'book' },
        annotations: described,
      },
      { labels: { alertname: 'ToolFails', severity: 'critical', component: 'performance', tool_name: 'search' } },
    )
    const [attachment] = (await sentTo('#alerts-critical')).attachments
    expect(attachment).toMatchObject({ title: '🚨 CRITICAL ALERT', color: 'danger' })
    expect(attachment!.text).toContain('book: 40 % of calls fail\n<https://example.org/runbooks#toolfails|What to do>')
    expect(attachment!.text).toContain('alertname=ToolFails component=performance severity=critical tool_name=search')
    expect((await sentTo('#performance-team')).attachments[0]!.text).toBe(attachment!.text)
    const page = await until('a page', () => sink.received.find(({ path }) => path === '/pagerduty')?.body as Page | undefined)
    expect(page.payload.severity).toBe('critical')
    expect(page.payload.summary).toMatch(/Tool book fails/)
    expect(page.payload.summary).toMatch(/tool_name=search/)
  })

  test('a label of a log calls no channel and hides no address', async () => {
    const tool = '<!channel> & <https://evil.example|harmless>'
    await alertmanager.post({
      labels: { alertname: 'Odd', severity: 'warning', tool_name: tool },
      annotations: { description: `Tool ${tool} is slow` },
    })
    const [attachment] = (await sentTo('#alerts-warnings')).attachments
    expect(attachment!.text).toBe('Tool &lt;!channel&gt; &amp; &lt;https://evil.example|harmless&gt; is slow\n')
  })

  test('a warning is held back while the critical one of its name is there for the same tool, and others are not', async () => {
    const named = (severity: string, alertname: string, tool: string) => ({
      labels: { severity, alertname, component: 'errors', tool_name: tool },
    })
    await alertmanager.post(named('critical', 'Failing', 'book'))
    await alertmanager.post(
      named('warning', 'Failing', 'book'),
      named('warning', 'Failing', 'search'),
      named('warning', 'Slow', 'book'),
    )
    const states = await until('states of warnings', async () => {
      const found = (await alertmanager.alerts())
        .filter(({ labels }) => labels.severity === 'warning' && labels.component === 'errors')
        .map(({ labels, status }) => `${labels.alertname} ${labels.tool_name}: ${status.state}`)
      return found.length === 3 && !found.join().includes('unprocessed') ? found.sort() : undefined
    })
    expect(states).toEqual(['Failing book: suppressed', 'Failing search: active', 'Slow book: active'])
    // What is held back is not sent either: two messages of warnings, and none of them of the critical one's tool.
    await until(
      'the other two',
      () => (JSON.stringify(sink.received).match(/tool_name=(search|book) /g)?.length ?? 0) >= 2 || undefined,
    )
  })
})
