/**
 * Loaded before the exporter (`node --import`): lets one system call of the record's folder fail while the file FAILING_CALL names it, as
 * `rename EIO`. Everything else works.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { FAILING_FOLDER: folder, FAILING_CALL: order } = process.env
const CALLS = {
  open: 'openSync',
  write: 'writeSync',
  ftruncate: 'ftruncateSync',
  rename: 'renameSync',
  readdir: 'readdirSync',
  mkdir: 'mkdirSync',
}
const LATER = { fsync: 'fsync', unlink: 'unlink' }
const real = { openSync: fs.openSync, readFileSync: fs.readFileSync }
const ofFolder = new Set()

function fails(call, target) {
  const isOurs = typeof target === 'number' ? ofFolder.has(target) : String(target).startsWith(folder)
  if (!isOurs) return undefined
  let told
  try {
    told = real.readFileSync(order, 'utf8').trim()
  } catch {
    return undefined
  }
  const [failing, code] = told.split(' ')
  if (failing !== call && failing !== 'every') return undefined
  return Object.assign(new Error(`${code}: made to fail, ${call}`), { code, syscall: call, errno: -5 })
}

for (const [call, name] of Object.entries({ ...CALLS, fstat: 'fstatSync', fsync: 'fsyncSync', unlink: 'unlinkSync' })) {
  const original = fs[name]
  fs[name] = (target, ...rest) => {
    const error = fails(call, target)
    if (error) throw error
    const result = original(target, ...rest)
    if (call === 'open' && String(target).startsWith(folder)) ofFolder.add(result)
    return result
  }
}
for (const [call, name] of Object.entries(LATER)) {
  const original = fs[name]
  fs[name] = (target, done) => {
    const error = fails(call, target)
    if (error) setImmediate(done, error)
    else original(target, done)
  }
}
const close = fs.closeSync
fs.closeSync = (fd) => {
  ofFolder.delete(fd)
  close(fd)
}
syncBuiltinESMExports()
