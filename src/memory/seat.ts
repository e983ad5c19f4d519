import { cacheError } from '../errors.js';
import {
  type Engine,
  incompatible,
  instantiate,
  MAX_KEY,
  type Places,
  Status,
  VALUE_SCRATCH,
} from './engine.js';
import { isThreadGone, ownIdentity, type ThreadIdentity } from './identity.js';

/** Status of a thread slot that is taken, the low byte of its state. As engine/slots.ts. */
const STATUS_USED = 1;

/** Owner number that stands for a reader of a large value. As engine/status.ts. */
const READER = 0;

/** How long a waiter sleeps while a live thread holds what it wants. */
const PAUSE_MS = 0.1;
/** A claim that a waiter has seen for so long is lifted: its thread may have been cut off and do something else. */
const LONGEST_CLAIM_MS = 100;

const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/**
 * A thread's place at a cache: its instance of the engine, its thread slot, and views of that slot.
 *
 * The slot's scratch belongs to this thread alone between two calls of the engine; the views cover nothing else.
 */
export class Seat {
  readonly engine: Engine;
  readonly places: Places;
  readonly memory: WebAssembly.Memory;
  readonly index: number;
  /** Where encoded keys are written, {@link MAX_KEY} bytes. */
  readonly keyScratch: Buffer;
  /** Where values up to {@link VALUE_SCRATCH} bytes come and go. */
  readonly valueScratch: Buffer;
  readonly #fields: Uint32Array;
  #onRebuild: ((count: number) => void) | undefined;
  /** What #onRebuild knows of; earlier ones are those of another thread that had this slot. */
  #toldRebuilds: number;
  #hasLeft = false;
  /** What this thread waits for, and since when (ms). */
  #waiting = { at: 0, owner: 0, since: 0 };

  /** @throws {@link CacheError} `ERR_INCOMPATIBLE_HANDLE`, `ERR_TOO_MANY_THREADS` */
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    const { engine, places } = instantiate(module, memory);
    if (engine.isCompatible() === 0) throw incompatible('its memory has another layout');
    this.engine = engine;
    this.places = places;
    this.memory = memory;
    this.index = claim(engine, memory);
    const address = engine.slotAddress(this.index) >>> 0;
    this.keyScratch = Buffer.from(memory.buffer, address + places.slotKey, MAX_KEY);
    this.valueScratch = Buffer.from(memory.buffer, address + places.slotValue, VALUE_SCRATCH);
    this.#fields = new Uint32Array(memory.buffer, address, places.slotKey / 4);
    this.#toldRebuilds = this.#rebuilds;
    // an adopted slot may have something in hand, and loads under way
    this.emptyHands();
    while (engine.dropFlights(this.index + 1) === Status.BUSY) this.wait();
  }

  /** Whether the slot has been given back: it may be another thread's by now. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Before an operation that takes blocks: what one that was cut off has left behind is given back. */
  begin(): void {
    const { slotHand, slotRoomMade } = this.places;
    if (this.field(slotHand) !== 0 || this.field(slotRoomMade) !== 0) this.emptyHands();
  }

  /** Gives back whatever this thread has in hand, a lock too, which it should not have. */
  emptyHands(): void {
    while (this.engine.emptyHands() === Status.BUSY) this.wait();
    this.#tellRebuilds();
  }

  /**
   * For whoever catches what a call of the engine has thrown; answers the same error. A trap may have come under a lock,
   * and nobody else takes a lock from a thread that lives: so this one gives it back before it does anything else.
   */
  recover(error: unknown): unknown {
    if (error instanceof WebAssembly.RuntimeError && !this.#hasLeft) this.emptyHands();
    return error;
  }

  /** A 32-bit field of the slot, by its offset. */
  field(offset: number): number {
    return this.#fields[offset / 4] as number;
  }

  /** A 64-bit field of the slot below 2^53. */
  field64(offset: number): number {
    return this.field(offset) + this.field(offset + 4) * 2 ** 32;
  }

  /** Version of the entry that the last read has found. */
  get entryVersion(): number {
    return this.field64(this.places.slotEntryVersion);
  }

  /** Entries this thread has removed because they had expired. */
  get expired(): number {
    return this.field64(this.places.slotExpired);
  }

  /**
   * After BUSY: sleeps for a slice while a live thread has what was wanted. What a dead one has is taken from it, or
   * this one from a call that was cut off, and a claim that lasts too long is lifted. The caller looks again.
   */
  wait(): void {
    const { slotBusyAt, slotBusyOwner } = this.places;
    const at = this.field(slotBusyAt);
    const owner = this.field(slotBusyOwner);
    if (owner === this.index + 1 && this.#rebuildOwn() > 0) return;
    if (owner !== READER && this.reap(owner - 1)) return;
    if (this.engine.isClaim(at) !== 0 && this.#hasWaitedFor(at, owner, LONGEST_CLAIM_MS)) {
      this.engine.liftClaim(at, owner);
    } else {
      this.pause();
    }
  }

  #hasWaitedFor(at: number, owner: number, ms: number): boolean {
    const now = performance.now();
    if (this.#waiting.at !== at || this.#waiting.owner !== owner) this.#waiting = { at, owner, since: now };
    return now - this.#waiting.since > ms;
  }

  /** Sleeps for a slice. */
  pause(): void {
    Atomics.wait(pauseCell, 0, 0, PAUSE_MS);
  }

  /** Takes over what this thread itself has left locked in a call that was cut off; how many locks. */
  #rebuildOwn(): number {
    const count = this.engine.rebuildOwnedBy(this.index + 1);
    this.#tellRebuilds();
    return count;
  }

  /** Locks that threads in this slot have taken over. */
  get #rebuilds(): number {
    return this.field(this.places.slotRebuilds);
  }

  /** Told when this thread has rebuilt parts of the cache that were left locked, when it took its slot too; how many. */
  set onRebuild(listener: (count: number) => void) {
    this.#onRebuild = listener;
    this.#tellRebuilds();
  }

  #tellRebuilds(): void {
    const count = this.#rebuilds - this.#toldRebuilds;
    if (count === 0 || this.#onRebuild === undefined) return;
    this.#toldRebuilds += count;
    this.#onRebuild(count);
  }

  /** Gives back the slot of a thread that has ended; false when it has not, or nobody knows. */
  reap(index: number): boolean {
    const dead = index === this.index ? undefined : deadOwner(this.engine, this.memory, index);
    if (dead === undefined) return false;
    const { thread, start } = ownIdentity;
    while (this.engine.reapSlot(index, dead.thread, dead.start, thread, start) === Status.BUSY) this.wait();
    this.#tellRebuilds();
    return true;
  }

  /** Gives back the slots of all threads that have ended; how many. */
  reapAll(): number {
    let reaped = 0;
    for (let index = 0; index < this.engine.slotCount(); index++) if (this.reap(index)) reaped++;
    return reaped;
  }

  /** Gives this thread's slot back. */
  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    while (this.engine.releaseSlot() === Status.BUSY) this.wait();
  }
}

/** Who holds a slot, when that thread is known to have ended. */
function deadOwner(engine: Engine, memory: WebAssembly.Memory, index: number): ThreadIdentity | undefined {
  const [low = 0, thread = 0] = new Uint32Array(memory.buffer, engine.slotAddress(index) >>> 0, 2);
  const owner = { thread, start: low >>> 8 };
  return (low & 0xff) === STATUS_USED && isThreadGone(owner) ? owner : undefined;
}

/** Takes a free slot, or when there is none, that of a thread that has ended. */
function claim(engine: Engine, memory: WebAssembly.Memory): number {
  const { thread, start } = ownIdentity;
  const index = engine.claimSlot(thread, start);
  if (index >= 0) return index;
  for (let other = 0; other < engine.slotCount(); other++) {
    const dead = deadOwner(engine, memory, other);
    if (dead && engine.adoptSlot(other, dead.thread, dead.start, thread, start) !== 0) return other;
  }
  throw cacheError(
    'ERR_TOO_MANY_THREADS',
    `Cannot attach to the cache: all ${engine.slotCount()} thread slots are taken, one given back is required (by shutdown() or by the end of its thread), or a cache with a larger maxBytes, which has more`,
  );
}
