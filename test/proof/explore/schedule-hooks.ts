/** What the instances report to while a schedule runs: every access first asks the scheduler. */
import { type Hooks, NOT_EQUAL, type SiteTable, valueAt } from './hooks.js';
import { pieceSize } from './program.js';
import type { Scheduler } from './scheduler.js';
import { type Thread, WAITING } from './thread.js';
import type { World } from './world.js';

export class ScheduleHooks implements Hooks {
  readonly #scheduler: Scheduler;
  readonly #table: SiteTable;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(scheduler: Scheduler, world: World) {
    this.#scheduler = scheduler;
    this.#table = world.table;
    this.#bytes = world.bytes;
    this.#view = world.view;
  }

  access(index: number, pointer: number, site: number): number {
    const thread = this.#thread(index);
    if (thread.coroutine.landed()) {
      this.#scheduler.carryOut(thread);
      return pointer;
    }
    const address = this.#table.address(pointer, site);
    const bytes = this.#table.bytes[site] ?? 0;
    if (this.#table.writes[site] === 1) thread.intend(site, 0, 0, address, bytes);
    else thread.intend(site, address, bytes, 0, 0);
    if (this.#scheduler.before(thread)) thread.coroutine.suspend();
    return pointer;
  }

  copy(index: number, to: number, from: number, size: number, site: number): void {
    const target = to >>> 0;
    const source = from >>> 0;
    const length = size >>> 0;
    const step = pieceSize(length, this.#scheduler.limits.pieces);
    // an overlapping copy to a higher address goes from the end, as memmove does
    const backward = target > source && target < source + length;
    this.#inPieces(index, length, step, (thread, piece, run) => {
      const start = backward ? Math.max(0, length - (piece + 1) * step) : piece * step;
      const bytes = Math.min(step, length - piece * step);
      if (run) this.#bytes.copyWithin(target + start, source + start, source + start + bytes);
      else thread.intend(site, source + start, bytes, target + start, bytes);
    });
  }

  fill(index: number, to: number, byte: number, size: number, site: number): void {
    const target = to >>> 0;
    const length = size >>> 0;
    const step = pieceSize(length, this.#scheduler.limits.pieces);
    this.#inPieces(index, length, step, (thread, piece, run) => {
      const start = target + piece * step;
      const bytes = Math.min(step, length - piece * step);
      if (run) this.#bytes.fill(byte, start, start + bytes);
      else thread.intend(site, 0, 0, start, bytes);
    });
  }

  wait(index: number, pointer: number, expected: bigint, timeoutNs: bigint, site: number): number {
    const thread = this.#thread(index);
    const address = this.#table.address(pointer, site);
    const bytes = this.#table.bytes[site] ?? 0;
    // piece 1: it has looked and sleeps; piece 0: it has stopped in front of looking
    const landed = thread.coroutine.landed();
    if (landed && thread.piece === 1) return thread.waitResult;
    if (landed) {
      this.#scheduler.carryOut(thread);
    } else {
      thread.piece = 0;
      thread.intend(site, address, bytes, 0, 0);
      if (this.#scheduler.before(thread)) {
        thread.coroutine.suspend();
        return 0;
      }
    }
    if (valueAt(this.#view, address, bytes) !== expected) return NOT_EQUAL;
    thread.piece = 1;
    thread.waitAddress = address;
    thread.waitTimed = timeoutNs >= 0n;
    this.#scheduler.block(thread, WAITING);
    thread.coroutine.suspend();
    return 0;
  }

  notify(index: number, pointer: number, count: number, site: number): number {
    const thread = this.#thread(index);
    const address = this.#table.address(pointer, site);
    if (thread.coroutine.landed()) {
      this.#scheduler.carryOut(thread);
    } else {
      thread.intend(site, 0, 0, address, this.#table.bytes[site] ?? 0);
      if (this.#scheduler.before(thread)) {
        thread.coroutine.suspend();
        return 0;
      }
    }
    return this.#scheduler.wake(address, count >>> 0);
  }

  interrupt(index: number, site: number): void {
    const thread = this.#thread(index);
    if (thread.coroutine.landed()) thread.spin.forget();
    else if (this.#scheduler.interrupt(thread, site)) thread.coroutine.suspend();
  }

  /** Carries out an access in several steps, in front of each of which the thread may stop. */
  #inPieces(
    index: number,
    length: number,
    step: number,
    piece: (thread: Thread, piece: number, run: boolean) => void,
  ): void {
    const thread = this.#thread(index);
    let next = 0;
    if (thread.coroutine.landed()) {
      next = thread.piece;
      this.#scheduler.carryOut(thread);
      piece(thread, next++, true);
    }
    for (; next * step < length; next++) {
      thread.piece = next;
      piece(thread, next, false);
      if (this.#scheduler.before(thread)) {
        thread.coroutine.suspend();
        return;
      }
      piece(thread, next, true);
    }
  }

  #thread(index: number): Thread {
    const thread = this.#scheduler.threads[index];
    // the instance that prepares and checks has number -1 and never runs during a schedule
    if (thread === undefined)
      throw new Error('Cannot call the engine through the world while a schedule runs');
    return thread;
  }
}
