/** The page at `/`: what this is, how its sources stand, and links. Plain HTML, no script; everything that is not ours is escaped. */
import type { FastifyInstance } from 'fastify'
import type { Health } from './health.ts'

export interface Landing {
  readonly version: string
  readonly telemetryPath: string
}

export function addLanding(app: FastifyInstance, landing: Landing, health: () => Health): void {
  app.get('/', (_, reply) => reply.header('content-type', 'text/html; charset=utf-8').send(page(landing, health())))
}

/** Served from a route of its own, so that the policy needs no inline styles. */
export const LANDING_STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}' +
  'table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left}'

function page({ version, telemetryPath }: Landing, health: Health): string {
  const links = [telemetryPath, '/-/healthy', '/-/ready', '/health'].map(
    (path) => `<li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a></li>`,
  )
  const rows = health.components.map(
    ({ name, state, detail }) => `<tr><td>${escapeHtml(name)}</td><td>${state}</td><td>${escapeHtml(detail ?? '')}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>agentlog-exporter</title><link rel="stylesheet" href="/style.css"></head>
<body><h1>agentlog-exporter ${escapeHtml(version)}</h1>
<p>Prometheus metrics from the logs an AI agent writes. ${health.isReady ? 'Ready.' : 'Reading the first backlog.'}</p>
<ul>${links.join('')}</ul>
<table><thead><tr><th>component</th><th>state</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>
</body></html>
`
}

export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}
