// Where everything lies in the one linear memory. Addresses are handed out in order and never returned: an engine's memory
// is planned once, before it exists.

/** Kernels may read this far behind what they were given. */
const SLACK_BYTES = 64;
const PAGE_BYTES = 65_536;

export class Arena {
  private next: number;
  private readonly tables: { readonly address: number; readonly values: readonly number[] }[] = [];

  /** The first `firstByte` bytes stay free, for null to be no address. */
  constructor(firstByte = 1024) {
    this.next = firstByte;
  }

  /** Space of that many bytes, at a multiple of 64. */
  reserve(bytes: number): number {
    const address = Math.ceil(this.next / 64) * 64;
    this.next = address + bytes;
    return address;
  }

  /** Space for 32-bit whole numbers that do not change. */
  table(values: readonly number[]): number {
    const address = this.reserve(values.length * 4);
    this.tables.push({ address, values });
    return address;
  }

  get bytes(): number {
    return this.next + SLACK_BYTES;
  }

  get pages(): number {
    return Math.ceil(this.bytes / PAGE_BYTES);
  }

  writeTables(memory: ArrayBufferLike): void {
    for (const { address, values } of this.tables) new Int32Array(memory, address, values.length).set(values);
  }
}
