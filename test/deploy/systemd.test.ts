/** The systemd unit and its drop-in: known settings, the program's own flags and exit codes, walls that no later change may take down unseen. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { RUN_FLAGS, variableOf } from '../../src/cli/flags.ts'
import { parseRun } from './run-flags.ts'
import { bytesOf, DEPLOY, heapBytesOf } from './shipped.ts'

const FOLDER = join(DEPLOY, 'systemd')

/** Section → setting → its values, in order. */
function readUnit(file: string): Map<string, Map<string, string[]>> {
  const unit = new Map<string, Map<string, string[]>>()
  let section: Map<string, string[]> | undefined
  for (const line of readFileSync(join(FOLDER, file), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const title = /^\[(\w+)\]$/.exec(line)
    if (title !== null) {
      section = new Map()
      unit.set(title[1]!, section)
    } else {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line)!
      section!.set(name!, [...(section!.get(name!) ?? []), value!])
    }
  }
  return unit
}

const unit = readUnit('agentlog-exporter.service')
const service = unit.get('Service')!
const one = (name: string): string | undefined => service.get(name)?.join(' ')

test('it has the three sections, and starts with the machine', () => {
  expect([...unit.keys()]).toEqual(['Unit', 'Service', 'Install'])
  expect(unit.get('Install')!.get('WantedBy')).toEqual(['multi-user.target'])
})

test('it runs the command as the package installs it, with flags that there are', () => {
  const [program, ...args] = one('ExecStart')!.split(' ')
  expect(program).toBe('/usr/local/bin/agentlog-exporter')
  const flags = parseRun(args)
  expect(flags.value('config.file')).toBe('/etc/agentlog-exporter/mapping.yaml')
  // %S is /var/lib; the folder is the one that systemd makes.
  expect(flags.value('state.dir')).toBe(`%S/${one('StateDirectory')}`)
  expect(one('StateDirectoryMode')).toBe('0700')
  expect(one('Type')).toBe('exec')
  expect(one('ExecReload')).toBe('/bin/kill -HUP $MAINPID')
})

test('it is started again when it fails, and not when it was told something wrong', () => {
  expect(one('Restart')).toBe('on-failure')
  expect(one('RestartPreventExitStatus')).toBe(String(EXIT.usage))
  // Its own end takes 5 s at most.
  expect(Number.parseInt(one('TimeoutStopSec')!, 10)).toBeGreaterThan(5)
})

test('the heap fits into the memory', () => {
  const heap = heapBytesOf(one('Environment')!.replace('NODE_OPTIONS=', ''))
  expect(heap / bytesOf(one('MemoryMax')!)).toBeLessThan(0.67)
  expect(bytesOf(one('MemoryHigh')!)).toBeLessThan(bytesOf(one('MemoryMax')!))
})

test('its walls stand', () => {
  const walls = {
    DynamicUser: 'yes',
    ProtectSystem: 'strict',
    ProtectHome: 'yes',
    PrivateTmp: 'yes',
    PrivateDevices: 'yes',
    PrivateUsers: 'yes',
    ProtectProc: 'invisible',
    ProtectClock: 'yes',
    ProtectControlGroups: 'yes',
    ProtectHostname: 'yes',
    ProtectKernelLogs: 'yes',
    ProtectKernelModules: 'yes',
    ProtectKernelTunables: 'yes',
    NoNewPrivileges: 'yes',
    CapabilityBoundingSet: '',
    AmbientCapabilities: '',
    LockPersonality: 'yes',
    RestrictNamespaces: 'yes',
    RestrictRealtime: 'yes',
    RestrictSUIDSGID: 'yes',
    RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
    SystemCallArchitectures: 'native',
    SystemCallErrorNumber: 'EPERM',
    UMask: '0077',
  }
  expect(Object.fromEntries(Object.keys(walls).map((name) => [name, one(name)]))).toEqual(walls)
  expect(service.get('SystemCallFilter')).toEqual(['@system-service @pkey', '~@privileged @resources'])
})

test('it has none that the engine or the record cannot live with', () => {
  // The engine writes the code it runs; the lock reads /proc/sys; nobody may write the logs' folders anyway.
  expect(['MemoryDenyWriteExecute', 'ProcSubset', 'ReadWritePaths'].filter((name) => service.has(name))).toEqual([])
})

test('the drop-in hands over what it names, and its variables are those of flags', () => {
  const dropIn = readUnit('agentlog-exporter.service.d/web.conf').get('Service')!
  const credentials = dropIn.get('LoadCredential')!.map((text) => text.split(':') as [string, string])
  expect(credentials.map(([name]) => name)).toEqual(['web.yml', 'web.crt', 'web.key'])
  for (const [name, path] of credentials) expect(path).toBe(`/etc/agentlog-exporter/${name}`)
  const environment = dropIn.get('Environment')!.map((text) => text.split('=') as [string, string])
  const variables = RUN_FLAGS.filter(({ later }) => later === undefined).map(variableOf)
  for (const [name] of environment) expect(variables).toContain(name)
  expect(Object.fromEntries(environment).AGENTLOG_WEB_CONFIG_FILE).toBe('%d/web.yml')
})
