/** The three tiers of health. */
import { expect, test } from 'vitest'
import type { Component, Health } from '../../src/server/health.ts'
import { ask, header, serving } from './serving.ts'

const PATHS = ['/-/ready', '/health/ready', '/-/healthy', '/health/live', '/health', '/v1/health']

async function statuses(health: () => Health): Promise<number[]> {
  const { port } = await serving({ health })
  return Promise.all(PATHS.map(async (path) => (await ask(port, 'GET', path)).status))
}

const component = (name: string, state: Component['state'], detail?: string): Component =>
  detail === undefined ? { name, state } : { name, state, detail }

test.each<[string, Health, number[]]>([
  ['before the backlog is read it is not ready', { isReady: false, components: [] }, [503, 503, 200, 200, 200, 200]],
  ['when all is well', { isReady: true, components: [component('a', 'ok')] }, [200, 200, 200, 200, 200, 200]],
  [
    'a degraded component is no reason',
    { isReady: true, components: [component('a', 'degraded')] },
    [200, 200, 200, 200, 200, 200],
  ],
  [
    'one of two that is down is, but for who takes pods out of service',
    { isReady: true, components: [component('a', 'ok'), component('b', 'down')] },
    [200, 503, 200, 200, 200, 200],
  ],
])('%s', async (_, health, expected) => {
  expect(await statuses(() => health)).toEqual(expected)
})

test('a load balancer that asks by HEAD sees the same status', async () => {
  const { port } = await serving({ health: () => ({ isReady: false, components: [] }) })
  for (const path of ['/-/ready', '/health/ready']) {
    const answer = await ask(port, 'HEAD', path)
    expect([answer.status, answer.body]).toEqual([503, ''])
  }
})

test('what depends on nothing says healthy with the time in whole milliseconds, whatever is down', async () => {
  const components = [component('source a', 'down', 'gone')]
  const { port } = await serving({ health: () => ({ isReady: true, components }) })
  const before = Date.now()
  for (const path of ['/health', '/v1/health', '/health/live']) {
    const answer = await ask(port, 'GET', path)
    expect(header(answer, 'content-type')).toBe('application/json; charset=utf-8')
    const { timestamp, ...said } = JSON.parse(answer.body)
    expect(said).toEqual(path === '/health/live' ? { status: 'healthy' } : { status: 'healthy', ready: false, components })
    expect(Number.isInteger(timestamp) && timestamp >= before && timestamp <= Date.now()).toBe(true)
  }
})

test('who asks whether it is ready is told what is not, and why', async () => {
  const components = [
    component('source a', 'down', 'app.log: no such file'),
    component('mapping', 'degraded'),
    component('b', 'down'),
  ]
  let isReady = false
  const { port } = await serving({ health: () => ({ isReady, components }) })
  const said = async () => JSON.parse((await ask(port, 'GET', '/health/ready')).body)
  const reasons = ['source a: app.log: no such file', 'b']
  const expected = { status: 'not_ready', timestamp: expect.any(Number), components }
  expect(await said()).toEqual({ ...expected, reasons: ['the first backlog is still being read', ...reasons] })
  isReady = true
  expect(await said()).toEqual({ ...expected, reasons })
  components.length = 0
  expect(await said()).toEqual({ ...expected, status: 'ready', reasons: [] })
})

test('names and details of any text stay inside their JSON string', async () => {
  const components = [component('"},{"x":"\n', 'down', '\u0000\u2028</script>')]
  const { port } = await serving({ health: () => ({ isReady: true, components }) })
  for (const path of ['/v1/health', '/health/ready'])
    expect(JSON.parse((await ask(port, 'GET', path)).body).components).toEqual(components)
})
