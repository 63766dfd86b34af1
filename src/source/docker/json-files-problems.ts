/** Why the folder of a daemon's containers cannot be listed: what was found, what is needed, how to go on. */
import { statSync } from 'node:fs'

export function rootProblem(root: string, { code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return `no such folder; "docker info" names the Docker Root Dir, whose folder "containers" it is: set root to it, mount it here read-only, or set read: api`
  if (code !== 'EACCES' && code !== 'EPERM') return `cannot be listed: ${code}; set read: api if the daemon can be asked`
  return `cannot be listed: ${code}; found ${rightsOf(root)}, and this process is ${ownIds()}; needed is uid 0 or CAP_DAC_READ_SEARCH (no group may list it): run so, with the folder mounted read-only, or set read: api`
}

function rightsOf(path: string): string {
  try {
    const { mode, uid, gid } = statSync(path)
    return `a folder of uid ${uid}, gid ${gid} with mode 0${(mode & 0o7777).toString(8)}`
  } catch {
    return 'a folder above it that is closed too'
  }
}

function ownIds(): string {
  return `uid ${process.getuid?.() ?? '?'}, gid ${process.getgid?.() ?? '?'}`
}
