/** The three tiers of health. */
import { expect, test } from 'vitest'
import type { Health } from '../../src/server/health.ts'
import { ask, header, serving } from './serving.ts'

test('not ready is 503 until the health says so, and alive all the time', async () => {
  let isReady = false
  const { port } = await serving({ health: () => ({ isReady, components: [] }) })
  const statuses = async (): Promise<number[]> => {
    const paths = ['/-/ready', '/health/ready', '/-/healthy', '/health/live', '/health', '/v1/health']
    return Promise.all(paths.map(async (path) => (await ask(port, 'GET', path)).status))
  }
  expect(await statuses()).toEqual([503, 503, 200, 200, 200, 200])
  isReady = true
  expect(await statuses()).toEqual([200, 200, 200, 200, 200, 200])
})

test('a load balancer that asks by HEAD sees the same status', async () => {
  const { port } = await serving({ health: () => ({ isReady: false, components: [] }) })
  const answer = await ask(port, 'HEAD', '/-/ready')
  expect([answer.status, answer.body]).toEqual([503, ''])
})

test.each<[string, Health, string]>([
  ['before the backlog is read', { isReady: false, components: [{ name: 'a', state: 'down' }] }, 'starting'],
  ['when all is well', { isReady: true, components: [{ name: 'a', state: 'ok' }] }, 'ok'],
  ['when a component is degraded', { isReady: true, components: [{ name: 'a', state: 'degraded' }] }, 'degraded'],
  [
    'when one of two is down',
    {
      isReady: true,
      components: [
        { name: 'a', state: 'ok' },
        { name: 'b', state: 'down' },
      ],
    },
    'degraded',
  ],
  ['without components', { isReady: true, components: [] }, 'ok'],
])('%s the summary says so and lists the components', async (_, health, status) => {
  const { port } = await serving({ health: () => health })
  for (const path of ['/health', '/v1/health']) {
    const answer = await ask(port, 'GET', path)
    expect(header(answer, 'content-type')).toBe('application/json; charset=utf-8')
    expect(JSON.parse(answer.body)).toEqual({ status, ready: health.isReady, components: health.components })
  }
})

test('names and details of any text stay inside their JSON string', async () => {
  const components = [{ name: '"},{"x":"\n', state: 'ok' as const, detail: '\u0000\u2028</script>' }]
  const { port } = await serving({ health: () => ({ isReady: true, components }) })
  expect(JSON.parse((await ask(port, 'GET', '/v1/health')).body).components).toEqual(components)
})
