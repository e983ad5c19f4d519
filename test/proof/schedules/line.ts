/** One simulated thread's calls of the engine: again while it is busy, waiting for whoever has what they need. */
import { Buffer } from 'node:buffer';
import { Status } from '../../../src/memory/engine.js';
import { call, type Step, type World, when } from '../explore/index.js';
import { ownerOf, type Shared } from './operation.js';

/** The owner of an entry that is held for a reader, instead of the number of a slot. */
const READER = 0;
/** Answers of the near tier that the host never sees by another name. */
const LEFTOVER = -19;
/** µs by which time goes on while a writer waits for a reader. */
const PATIENCE = 60_000;
const KIND = 1;
const OWNER_MASK = 1023;

/** Which argument of a call is the time, where it is not the second one. */
const NOW_AT: Readonly<Record<string, number>> = {
  put: 2,
  putIf: 2,
  landFlight: 2,
  take: 2,
  add: 3,
  reserve: 2,
  hold: 0,
};

const NAMES = new Map<number, string>([
  ...Object.entries(Status).map(([name, code]) => [code, name] as const),
  [LEFTOVER, 'MISS'],
]);

/** The engine, as one thread calls it, and the thread's slot. */
export class Line {
  readonly shared: Shared;
  readonly index: number;
  readonly slot: number;
  readonly #world: World;
  #calls = 0;

  constructor(shared: Shared, index: number) {
    this.shared = shared;
    this.index = index;
    this.#world = shared.world;
    this.slot = this.#world.query('slotAddress', index) >>> 0;
  }

  /** How many calls the thread has made. */
  get calls(): number {
    return this.#calls;
  }

  /** What the last read found. */
  get version(): number {
    return Number(this.long('slotEntryVersion'));
  }

  /** Calls until the answer is neither BUSY nor REMOVED; its name. */
  *until(name: string, ...args: number[]): Step<string> {
    return nameOf(yield* this.patiently(name, ...args));
  }

  /** The same; its number. */
  *patiently(name: string, ...args: number[]): Step<number> {
    let given = args;
    for (;;) {
      const result = yield* this.call(name, ...given);
      if (result === Status.REMOVED) continue;
      if (result !== Status.BUSY) return result;
      if (this.field('slotBusyOwner') === READER) given = later(name, given);
      else yield* this.#wait(this.field('slotBusyAt'), this.field('slotBusyOwner'));
    }
  }

  /** Calls once. */
  *call(name: string, ...args: number[]): Step<number> {
    this.#calls++;
    const result = yield* call(name, ...args);
    const held = this.#world.query('size');
    if (held > this.shared.maxSize) throw new Error(`${held} entries after ${name}`);
    return result;
  }

  /** Gives back the slot of another thread, once that is dead. */
  *reap(dead: number): Step<string> {
    if (!(yield* when(() => this.shared.dead.has(dead)))) return 'OK';
    return yield* this.until('reapSlot', dead, ...ownerOf(dead), ...ownerOf(this.index));
  }

  /** Writes a key where calls find it: {length, kind}. */
  key(key: string): number {
    this.write('slotKey', key);
    return sized(key.length);
  }

  write(place: string, text: string): void {
    this.#world.write(this.place(place), Buffer.from(text, 'latin1'));
  }

  field(name: string): number {
    return this.#world.view.getUint32(this.place(name), true);
  }

  /** 64 bits. */
  long(name: string, offset = 0): bigint {
    return this.#world.view.getBigUint64(this.place(name) + offset, true);
  }

  place(name: string): number {
    return this.slot + this.#world.global(name);
  }

  text(address: number, length: number): string {
    return Buffer.from(this.#world.bytes.slice(address, address + length)).toString('latin1');
  }

  /** Waits while somebody has a lock or claim; takes from the dead what they have, and a claim that does not end. */
  *#wait(at: number, owner: number): Step<void> {
    if (this.shared.dead.has(owner - 1)) {
      yield* this.reap(owner - 1);
      return;
    }
    const world = this.#world;
    const isClaim = world.query('isClaim', at) !== 0;
    const word = isClaim ? at : at + world.global('LOCK_OFFSET');
    const isOver = (): boolean => (world.view.getUint32(word, true) & OWNER_MASK) !== owner;
    const over = this.shared.impatient && isClaim ? false : yield* when(isOver);
    if (!over && isClaim) yield* this.call('liftClaim', at, owner);
  }
}

/** {length, kind} of so many bytes. */
export function sized(length: number): number {
  return (length << 3) | KIND;
}

/** What an answer is called. */
export function nameOf(status: number): string {
  return status >= 0 ? 'OK' : (NAMES.get(status) ?? `status ${status}`);
}

/** The same call when time has gone on. */
function later(name: string, args: readonly number[]): number[] {
  const position = NOW_AT[name] ?? 1;
  return args.map((arg, index) => (index === position ? arg + PATIENCE : arg));
}
