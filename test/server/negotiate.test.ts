/** What scrapers say they take ↔ what they get. The first ones are what Prometheus 2.42, 3 and others really send. */
import { expect, test } from 'vitest'
import { negotiate } from '../../src/server/negotiate.ts'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

test.each([
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    OPEN,
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    `${OPEN}; escaping=allow-utf-8`,
  ],
  [
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5',
    OPEN,
  ],
  [
    'text/plain;version=1.0.0;escaping=underscores;q=0.9,text/plain;version=0.0.4;q=0.2',
    'text/plain; version=1.0.0; charset=utf-8; escaping=underscores',
  ],
  [undefined, TEXT],
  ['', TEXT],
  ['*/*', TEXT],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
  ['application/json', TEXT],
  ['text/plain', TEXT],
  ['text/*;q=0.2', TEXT],
  ['application/openmetrics-text', OPEN],
  ['Application/OpenMetrics-Text ; Version=1.0.0 ; charset=UTF-8', OPEN],
  ['application/openmetrics-text; version="1.0.0"', OPEN],
  ['application/openmetrics-text;version=0.0.1', 'application/openmetrics-text; version=0.0.1; charset=utf-8'],
  ['application/openmetrics-text;version=2.0.0', TEXT],
  ['application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.1', OPEN],
  ['application/openmetrics-text;q=0', TEXT],
  ['application/openmetrics-text;q=0.5,text/plain;q=0.6', TEXT],
  ['application/openmetrics-text;q=0.6,text/plain;q=0.5', OPEN],
  ['text/plain;q=0.5,application/openmetrics-text;q=0.5', TEXT],
  ['*/*,application/openmetrics-text', OPEN],
  ['text/plain,application/openmetrics-text;version=1.0.0', OPEN],
  ['application/openmetrics-text;q=2,text/plain;q=0.1', TEXT],
  ['application/openmetrics-text;q=nonsense', TEXT],
  ['application/openmetrics-text;escaping=values', `${OPEN}; escaping=values`],
  ['application/openmetrics-text;escaping=dots', `${OPEN}; escaping=underscores`],
  ['application/openmetrics-text;escaping=\r\nx', `${OPEN}; escaping=underscores`],
  [',;,=;q,;;q=1,*', TEXT],
] as const)('%s → %s', (accept, contentType) => {
  expect(negotiate(accept).contentType).toBe(contentType)
})

test('the body is of the format that the Content-Type names', () => {
  expect(negotiate('application/openmetrics-text').format).toBe('openmetrics')
  expect(negotiate('text/plain;version=1.0.0').format).toBe('text')
})
