import type { Flight } from '../memory/engine.js';
import type { Parcel } from './parcel.js';
import { unlessAborted } from './signals.js';

/** How a load ends for those who wait: with the value, or `undefined`: look into the cache, or begin anew. */
export type Outcome = Parcel | undefined;

/** One key that this thread loads, or waits for: all its callers share it. */
export class Load {
  /** What this thread would do if nobody waits for the load any more: not keep the process alive, or stop waiting. */
  onIdle: (() => void) | undefined;
  /** The opposite. */
  onCaller: (() => void) | undefined;
  /** The flight it depends on, once there is one. */
  flight: Flight | undefined;
  /** Since when (µs) it has found no room for a flight. */
  queuedSince: number | undefined;
  readonly #outcome: Promise<Outcome>;
  #callers = 0;

  constructor(run: (load: Load) => Promise<Outcome>) {
    this.#outcome = run(this);
    // a load in the background that fails is nobody's error
    this.#outcome.catch(() => {});
  }

  get hasCallers(): boolean {
    return this.#callers > 0;
  }

  /** Waits for it; the signal ends only that. */
  async outcome(signal: AbortSignal | undefined): Promise<Outcome> {
    if (this.#callers++ === 0) this.onCaller?.();
    try {
      return await (signal ? unlessAborted(this.#outcome, signal) : this.#outcome);
    } finally {
      if (--this.#callers === 0) this.onIdle?.();
    }
  }
}

/** A Map by cache keys: bytes are compared by what they hold. */
export class KeyMap<Value> {
  readonly #values = new Map<unknown, Value>();
  readonly #ofBytes = new Map<string, Value>();

  get size(): number {
    return this.#values.size + this.#ofBytes.size;
  }

  get(key: unknown): Value | undefined {
    return typeof key === 'object' ? this.#ofBytes.get(textOf(key)) : this.#values.get(key);
  }

  set(key: unknown, value: Value): void {
    if (typeof key === 'object') this.#ofBytes.set(textOf(key), value);
    else this.#values.set(key, value);
  }

  delete(key: unknown): void {
    if (typeof key === 'object') this.#ofBytes.delete(textOf(key));
    else this.#values.delete(key);
  }
}

function textOf(key: unknown): string {
  return Buffer.from(key as Uint8Array).toString('latin1');
}
