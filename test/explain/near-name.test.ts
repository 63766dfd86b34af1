/** What an unknown name most likely means. */
import { expect, test } from 'vitest'
import { nearEventName } from '../../src/explain/near-name.ts'

const KNOWN = ['tool_invocation', 'llm_call', 'agent_run_started', 'sandbox_violation']

test.each([
  ['tool_invocaton', 'tool_invocation'],
  ['ToolInvocation', 'tool_invocation'],
  ['tool-invocation', 'tool_invocation'],
  ['LLM.Call', 'llm_call'],
  ['sandbox_violations', 'sandbox_violation'],
])('%s is %s in another spelling', (name, meant) => {
  expect(nearEventName(name, KNOWN)).toEqual({ name: meant, isSpelling: true })
})

test.each([
  ['tool_invocation_v2', 'tool_invocation'],
  ['agent_run_begin', 'agent_run_started'],
])('%s has words in common with %s', (name, meant) => {
  expect(nearEventName(name, KNOWN)).toEqual({ name: meant, isSpelling: false })
})

test.each(['http_request', '', '__proto__', 'x'.repeat(1000)])('%s is like none', (name) => {
  expect(nearEventName(name, KNOWN)).toBeUndefined()
})
