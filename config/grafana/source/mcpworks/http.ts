/** The six published panels of the API: the golden signals, and where requests go. Only the first was published with its expression. */
import { runbook } from '../kit/links.ts'
import { heatmap, timeseries } from '../kit/panels.ts'
import { buckets, quantile, rate, share, sum } from '../kit/promql.ts'
import { http, whole } from './metrics.ts'

const requests = http('http_requests_total')

export const goldenSignals = {
  title: 'Golden signals',
  panels: [
    timeseries({
      title: 'Request Rate',
      description: 'Traffic: HTTP requests per second, in all and by method. Health checks and scrapes do not count.',
      unit: 'reqps',
      queries: [
        { expr: sum(rate(requests)), legend: 'total' },
        { expr: sum(rate(requests), 'method'), legend: '{{method}}' },
      ],
    }),
    timeseries({
      title: 'Error Rate (5xx)',
      description: 'Errors: part of the requests that the server failed; the alert fires above 5 %. No line while nobody asks.',
      unit: 'percentunit',
      min: 0,
      thresholds: ['green', [0.05, 'red']],
      queries: [{ expr: share(sum(rate(http('http_requests_total', 'status=~"5.."'))), sum(rate(requests))), legend: '5xx' }],
      links: [runbook('HighErrorRate')],
    }),
    timeseries({
      title: 'P95/P50 Latency',
      description:
        'Latency: half of the requests were faster than the P50, one in twenty was slower than the P95; the alert fires above 1 s.',
      unit: 's',
      thresholds: ['green', [1, 'red']],
      queries: [
        { expr: quantile(0.95, http, 'http_request_duration_seconds'), legend: 'P95', exemplars: true },
        { expr: quantile(0.5, http, 'http_request_duration_seconds'), legend: 'P50' },
      ],
      links: [runbook('HighLatency')],
    }),
    timeseries({
      title: 'In-Progress Requests',
      description:
        'Saturation: requests that were begun and not answered, in all and by endpoint. A floor that rises is work that piles up.',
      unit: 'short',
      queries: [
        { expr: sum(http('http_requests_inprogress')), legend: 'total' },
        { expr: sum(http('http_requests_inprogress'), 'handler'), legend: '{{handler}}' },
      ],
    }),
  ],
}

export const requestsInDetail = {
  title: 'HTTP in detail',
  panels: [
    timeseries({
      title: 'Status Codes',
      description: 'Requests per second by status code, ungrouped: 429 and 503 need different answers.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: sum(rate(requests), 'status'), legend: '{{status}}' }],
    }),
    timeseries({
      title: 'Request Rate by Endpoint',
      description: 'The ten endpoints with most traffic. Identifiers in paths are {uuid}.',
      unit: 'reqps',
      queries: [{ expr: `topk(10, ${sum(rate(requests), 'handler')})`, legend: '{{handler}}' }],
    }),
    heatmap({
      title: 'Request Duration',
      description:
        'How many requests took how long, of all endpoints together, in 21 buckets from 10 ms to 60 s. Two bands are two kinds of requests.',
      unit: 's',
      queries: [{ expr: buckets(whole, 'http_request_duration_highr_seconds') }],
    }),
    timeseries({
      title: 'P95 Latency by Endpoint',
      description: 'One in twenty requests of the endpoint was slower.',
      unit: 's',
      queries: [{ expr: `topk(10, ${quantile(0.95, http, 'http_request_duration_seconds', 'handler')})`, legend: '{{handler}}' }],
    }),
  ],
}
