/** Every path that is served, for the reference and for what else must not take one of them. */
export const ENDPOINTS = [
  ['/metrics', 'The metrics, as text 0.0.4 or OpenMetrics 1.0 by Accept; --web.telemetry-path moves it'],
  ['/', 'The status page'],
  ['/-/healthy', '200 while the process answers'],
  ['/-/ready', '200 once sources are open and the first backlog is read, else 503'],
  ['/health', 'State of every component as JSON'],
  ['/v1/health', 'The same'],
  ['/health/live', 'As /-/healthy, in JSON'],
  ['/health/ready', 'As /-/ready, in JSON'],
  [
    '/-/reload',
    'POST or PUT, with --web.enable-lifecycle: loads the mapping anew, as SIGHUP does; 500 and the reason if it has errors',
  ],
  ['/-/quit', 'POST or PUT, with --web.enable-lifecycle: ends the exporter as SIGTERM does'],
] as const satisfies readonly (readonly [path: string, what: string])[]
