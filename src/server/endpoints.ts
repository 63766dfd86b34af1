/** Every path that is served, for the reference and for what else must not take one of them. */
export const ENDPOINTS = [
  ['/metrics', 'The metrics, as text 0.0.4 or OpenMetrics 1.0 by Accept; --web.telemetry-path moves it'],
  ['/', 'The status page'],
  ['/-/healthy', '200 while the process answers'],
  ['/-/ready', '200 once sources are open and the first backlog is read, else 503'],
  [
    '/health',
    '200 while the process answers, whatever it depends on: `{"status":"healthy","timestamp":…,"ready":…,"components":[…]}`, the time in milliseconds',
  ],
  ['/v1/health', 'The same'],
  ['/health/live', 'The same, without the components'],
  [
    '/health/ready',
    '200 once the first backlog is read, as long as no component is down; else 503. `reasons` says why, `components` how each stands',
  ],
  [
    '/-/reload',
    'POST or PUT, with --web.enable-lifecycle: loads the mapping anew, as SIGHUP does; 500 and the reason if it has errors',
  ],
  ['/-/quit', 'POST or PUT, with --web.enable-lifecycle: ends the exporter as SIGTERM does'],
] as const satisfies readonly (readonly [path: string, what: string])[]

/** What `/health` and `/health/ready` tell of, for the reference. */
export const HEALTH_COMPONENTS = [
  [
    'source NAME',
    'some of it cannot be read, or there is nothing to read yet: a pattern without files, no container that is wanted; a log that was renamed, until another stands there; and what follows here, for the first 10 s',
    'for 10 s: a file that is named is gone; none of its files, or the place of its containers, can be read; the Docker daemon does not answer; standard input has ended',
  ],
  ['mapping', 'the mapping that was loaded last has errors; the one before is in force', ''],
  [
    'record',
    'it cannot be written: live values are served, and do not survive the process',
    'part of it was lost and the logs are read again: /metrics answers 503 meanwhile, for a minute at most',
  ],
  ['server', 'the web configuration, or a file that it names, was not taken when it was last read', ''],
] as const satisfies readonly (readonly [name: string, degraded: string, down: string])[]
