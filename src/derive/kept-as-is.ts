/** Stands for an item whose mapping is not at hand: what a record holds of its keys goes back into the record as it is. */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Behavior, ItemSpec } from './entry.ts'

export class KeptAsIs implements Behavior<Uint8Array> {
  readonly spec: ItemSpec
  readonly scopes = new Map()
  openCount = 0

  constructor(owner: string, definition: string) {
    this.spec = { name: owner, kind: 'pair', owner, definition, carryNames: [], hasScopeReset: false }
  }

  deadlineNs(): undefined {
    return undefined
  }

  runOut(): void {}

  evict(): void {}

  openFields(): undefined {
    return undefined
  }

  weightOf(): number {
    return 1
  }

  write(state: Uint8Array, out: ByteWriter): void {
    for (const byte of state) out.byte(byte)
  }

  read(input: ByteReader): Uint8Array {
    const bytes: number[] = []
    while (!input.isAtEnd) bytes.push(input.byte())
    return Uint8Array.from(bytes)
  }
}
