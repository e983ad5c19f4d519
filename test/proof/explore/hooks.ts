/** What the instances report to, and the harmless form of it for everything outside a schedule. */
import { mayWrite, type Site } from './sites.js';

/** The imports of the instrumented module, with the number of the thread in front. Addresses are signed. */
export interface Hooks {
  access(thread: number, pointer: number, site: number): number;
  copy(thread: number, to: number, from: number, size: number, site: number): void;
  fill(thread: number, to: number, byte: number, size: number, site: number): void;
  wait(thread: number, pointer: number, expected: bigint, timeoutNs: bigint, site: number): number;
  notify(thread: number, pointer: number, count: number, site: number): number;
  interrupt(thread: number, site: number): void;
}

/** Results of memory.atomic.wait. */
export const WOKEN = 0;
export const NOT_EQUAL = 1;
export const TIMED_OUT = 2;

/** The sites as columns, for reading without an indirection at every access. */
export class SiteTable {
  readonly sites: readonly Site[];
  readonly bytes: Int32Array;
  readonly offsets: Float64Array;
  /** 1 for instructions that may change memory, those that read it as well among them, and loop headers. */
  readonly writes: Uint8Array;
  readonly readsToo: Uint8Array;
  readonly loops: Uint8Array;

  constructor(sites: readonly Site[]) {
    this.sites = sites;
    this.bytes = Int32Array.from(sites, (site) => site.bytes);
    this.offsets = Float64Array.from(sites, (site) => site.offset);
    this.writes = Uint8Array.from(sites, (site) => (mayWrite(site.kind) ? 1 : 0));
    this.readsToo = Uint8Array.from(sites, ({ kind }) => (kind === 'rmw' || kind === 'cmpxchg' ? 1 : 0));
    this.loops = Uint8Array.from(sites, ({ kind }) => (kind === 'loop' ? 1 : 0));
  }

  /** The address that an instruction accesses; may lie outside the memory. */
  address(pointer: number, site: number): number {
    return (pointer >>> 0) + (this.offsets[site] ?? 0);
  }
}

/** The value that a wait compares, sign-extended. */
export function valueAt(view: DataView, address: number, bytes: number): bigint {
  return bytes === 8 ? view.getBigInt64(address, true) : BigInt(view.getInt32(address, true));
}

/** Carries out what the instances ask for and notes their writes; nobody else runs meanwhile. */
export class PassiveHooks implements Hooks {
  readonly #table: SiteTable;
  readonly #bytes: Uint8Array;
  readonly #touch: (address: number, length: number) => void;

  constructor(table: SiteTable, bytes: Uint8Array, touch: (address: number, length: number) => void) {
    this.#table = table;
    this.#bytes = bytes;
    this.#touch = touch;
  }

  access(_thread: number, pointer: number, site: number): number {
    if (this.#table.writes[site] === 1) {
      this.#touch(this.#table.address(pointer, site), this.#table.bytes[site] ?? 0);
    }
    return pointer;
  }

  copy(_thread: number, to: number, from: number, size: number): void {
    this.#touch(to >>> 0, size >>> 0);
    this.#bytes.copyWithin(to >>> 0, from >>> 0, (from >>> 0) + (size >>> 0));
  }

  fill(_thread: number, to: number, byte: number, size: number): void {
    this.#touch(to >>> 0, size >>> 0);
    this.#bytes.fill(byte, to >>> 0, (to >>> 0) + (size >>> 0));
  }

  wait(_thread: number, pointer: number, expected: bigint, timeoutNs: bigint, site: number): number {
    const view = new DataView(this.#bytes.buffer);
    const found = valueAt(view, this.#table.address(pointer, site), this.#table.bytes[site] ?? 0);
    if (found !== expected) return NOT_EQUAL;
    if (timeoutNs < 0n) throw new Error('Cannot wait without a limit: no other thread is running');
    return TIMED_OUT;
  }

  notify(): number {
    return 0;
  }

  interrupt(): void {}
}
