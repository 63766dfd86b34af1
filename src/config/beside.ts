/** Files that a mapping names: relative to it, and not out of its folder through a link. */
import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'

/** The path of `file`, as `from` names it. What is not there is found out by reading it. */
export async function besides(file: string, from: string): Promise<{ readonly path: string } | { readonly problem: string }> {
  const path = isAbsolute(file) ? file : join(dirname(from), file)
  try {
    const folder = await realpath(dirname(resolve(from)))
    const real = await realpath(path)
    const isLinkedOut = real !== resolve(folder, file) && /^\.\.(\/|$)/.test(relative(folder, real))
    if (isLinkedOut) return { problem: `"${file}" leads out of the folder through a link` }
  } catch {
    // Reading it will say what is wrong.
  }
  return { path }
}
