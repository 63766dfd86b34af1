/**
 * The shipped systemd unit under a real systemd that is the first process of a machine of its own (systemd-machine.sh): behind all its walls it
 * reads a log that is the group's alone, keeps its record over a kill, reloads, and is not started again with a bad mapping.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isMissing, ROOT, Scratch, until } from './workbench.ts'

const SCRIPT = join(import.meta.dirname, 'systemd-machine.sh')
const UNIT = 'agentlog-exporter.service'
/** In the machine. */
const SHIPPED = '/usr/local/lib/agentlog/config/deploy/systemd'
const GROUP = `agentlog-machine-${process.pid}`
const LINE = '{"event":"tool_invocation","agent":"a","tool_name":"bash","status":"success"}'
const COUNTED = 'agent_tool_calls_total{agent="a",tool="bash",status="success"}'
const LOG = '/var/log/agent/a.jsonl'

/** Why there can be no such machine: what it takes is tried. */
function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can'
  if (/^\/(root|home)\//.test(process.execPath)) return 'the unit may not see the home that this node is in'
  const tried =
    'mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w /mnt/r /mnt/g && mount -t cgroup2 none /mnt/g && mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r && test -x /lib/systemd/systemd'
  return spawnSync('unshare', ['--mount', 'sh', '-c', tried]).status === 0
    ? undefined
    : 'no overlay, no control groups or no systemd'
}

const cannot = whyNot()
let scratch: Scratch
let machine: ChildProcess
let firstPid: number | undefined

/** Runs a command in the machine. */
function inside(...command: readonly string[]): string {
  const spaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup']
  return spawnSync('nsenter', ['--target', String(firstPid), ...spaces, '--', ...command], { encoding: 'utf8' }).stdout.trim()
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    // It has just ended.
    return []
  }
}

const show = (...names: readonly string[]): string => inside('systemctl', 'show', `--property=${names.join()}`, UNIT)
const append = (text: string, file: string): string => inside('sh', '-c', 'printf "%s\\n" "$0" >>"$1"', text, file)
const scrape = (): string =>
  inside(
    process.execPath,
    '-e',
    "fetch('http://127.0.0.1:19464/metrics').then((r) => r.text(), () => '').then((t) => console.log(t))",
  )
const counted = (value: number): Promise<string> =>
  until(`${value} counted`, () => {
    const text = scrape()
    return text.includes(`${COUNTED} ${value}\n`) ? text : undefined
  })

beforeAll(async () => {
  if (cannot !== undefined) return
  scratch = new Scratch()
  mkdirSync(scratch.file('machine'))
  // It goes with whoever runs the tests, however that ends.
  const spaces = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--uts', '--ipc', '--kill-child']
  machine = spawn('setpriv', [...spaces, '--fork', 'sh', SCRIPT, scratch.file('machine'), GROUP, ROOT, UNIT], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  machine.stderr!.on('data', (text) => (said += text))
  firstPid = await until('systemd', () => {
    if (machine.exitCode !== null) throw new Error(`the machine ended: ${said}`)
    for (let pid = machine.pid!; ; ) {
      const [child] = childrenOf(pid)
      if (child === undefined) return undefined
      if (readFileSync(`/proc/${child}/comm`, 'utf8') === 'systemd\n') return child
      pid = child
    }
  })
})

afterAll(async () => {
  if (cannot !== undefined) return
  const ended = new Promise((done) => machine.on('close', done))
  process.kill(firstPid ?? machine.pid!, 'SIGKILL')
  await ended
  const emptied = `mount -t cgroup2 none /mnt && find /mnt/${GROUP} -depth -type d -exec rmdir {} \\;`
  expect(spawnSync('unshare', ['--mount', 'sh', '-c', emptied], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  scratch.remove()
})

test.skipIf(cannot)(`the unit runs under systemd behind its walls ${cannot ? `(${cannot})` : ''}`, async () => {
  await until('the exporter', () => (scrape() === '' ? undefined : true))
  append(LINE, LOG)
  inside('chgrp', 'adm', LOG)
  inside('chmod', '640', LOG)
  expect(await counted(1)).toContain('agentlog_state_durable 1\n')
  const pid = inside('systemctl', 'show', '--property=MainPID', '--value', UNIT)
  const status = inside('cat', `/proc/${pid}/status`)
  expect(status).not.toMatch(/^Uid:\s+0\b/m)
  expect(status).toMatch(/^CapEff:\s+0+$/m)
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
  expect(status).toMatch(/^Seccomp:\s+2$/m)
  expect(inside('stat', '--format=%a', '/var/lib/private/agentlog-exporter')).toBe('700')

  inside('kill', '-KILL', pid)
  append(LINE, LOG)
  await counted(2)
  expect(show('NRestarts')).toBe('NRestarts=1')

  append('nonsense: 1', '/etc/agentlog-exporter/mapping.yaml')
  inside('systemctl', 'reload', UNIT)
  await until('the refusal', () => (scrape().includes('agentlog_config_last_reload_successful 0\n') ? true : undefined))
  expect(show('ActiveState')).toBe('ActiveState=active')
  inside('systemctl', 'restart', UNIT)
  await until('its end', () => (show('ActiveState') === 'ActiveState=failed' ? true : undefined))
  expect(show('ExecMainStatus', 'NRestarts')).toBe('NRestarts=0\nExecMainStatus=2')
})

/** As root would: nobody else may read what the drop-in hands over. */
const GUARDED = `
  umask 022; cp ${SHIPPED}/mapping.yaml /etc/agentlog-exporter/; cp -r ${SHIPPED}/agentlog-exporter.service.d /etc/systemd/system/
  umask 077; cd /etc/agentlog-exporter; echo 'tls_server_config: { cert_file: web.crt, key_file: web.key }' >web.yml
  openssl req -x509 -newkey rsa:2048 -nodes -keyout web.key -out web.crt -days 1 -subj /CN=localhost
  systemctl daemon-reload; systemctl restart ${UNIT}`
const BY_TLS = `require('https').get('https://127.0.0.1:19464/metrics', { rejectUnauthorized: false }, (r) => {
  r.on('data', (t) => process.stdout.write(t)); console.log(r.socket.getPeerCertificate().subject.CN) }).on('error', () => {})`

test.skipIf(cannot ?? isMissing('openssl'))('with the drop-in its door is guarded by files that only root may read', async () => {
  inside('sh', '-euc', GUARDED)
  const text = await until('it by TLS', () => inside(process.execPath, '-e', BY_TLS) || undefined)
  expect(text).toMatch(/^localhost\n/)
  expect(text).toContain(`${COUNTED} 2\n`)
  expect(scrape()).not.toContain(COUNTED)
})
