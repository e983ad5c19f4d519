/** A readable record of a schedule. */
import { KILL } from './decisions.js';
import { describeSite, type Site } from './sites.js';
import type { Thread } from './thread.js';

/** The site of an access that a program makes with JavaScript. */
export const HOST_SITE = -1;

/** Records one line for each access to a shared word, when it is switched on. */
export class Tracer {
  enabled = false;
  lines: string[] = [];

  readonly #sites: readonly Site[];
  readonly #view: DataView;

  constructor(sites: readonly Site[], view: DataView) {
    this.#sites = sites;
    this.#view = view;
  }

  /** An access is about to be carried out. Shows the word as it is before. */
  access(event: number, thread: Thread): void {
    this.lines.push(`${event} ${this.describe(thread)}`);
  }

  /** The access that a thread intends. */
  describe(thread: Thread): string {
    const { site, readAt, readLength, writeAt, writeLength } = thread;
    const found = this.#sites[site];
    const what =
      found === undefined ? `JavaScript ${writeLength > 0 ? 'write' : 'read'}` : describeSite(found);
    const ranges = [];
    if (readLength > 0) ranges.push(this.#range(readAt, readLength));
    if (writeLength > 0) ranges.push(this.#range(writeAt, writeLength));
    return `thread ${thread.index} ${what} [${ranges.join(' to ')}]`;
  }

  /** Something else that matters has happened. */
  note(event: number, thread: number, what: string): void {
    this.lines.push(`${event} thread ${thread} ${what}`);
  }

  /** A decision has been taken. */
  decision(event: number, current: number, choice: number): void {
    if (choice === KILL) this.note(event, current, 'is killed');
    else this.note(event, choice, 'goes on');
  }

  #range(address: number, length: number): string {
    const end = address + length;
    if (end > this.#view.byteLength) return `0x${address.toString(16)} outside`;
    if (length > 8) return `0x${address.toString(16)}..0x${end.toString(16)}`;
    let value = 0n;
    for (let byte = end - 1; byte >= address; byte--)
      value = value * 256n + BigInt(this.#view.getUint8(byte));
    return `0x${address.toString(16)} = 0x${value.toString(16)}`;
  }
}
