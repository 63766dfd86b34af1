/** Files that can be told apart by when they were begun: the file system's clock ticks every few milliseconds. */
import { rmSync, statSync, writeFileSync } from 'node:fs'

/** Writes a new file that is younger than all that there are. */
export function writeLater(path: string, text: string): void {
  const clock = `${path}.clock-of-births`
  const bornNs = (): bigint => {
    rmSync(clock, { force: true })
    writeFileSync(clock, '')
    return statSync(clock, { bigint: true }).birthtimeNs
  }
  for (const since = bornNs(); bornNs() <= since; );
  rmSync(clock)
  writeFileSync(path, text)
}
