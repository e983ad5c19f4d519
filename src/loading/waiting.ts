import { closedError } from '../calls.js';
import type { Flight } from '../memory/engine.js';
import type { Seat } from '../memory/seat.js';
import type { Flights } from './flights.js';
import { type Landing, Mailbox } from './mailbox.js';

/** How often who waits looks whether the leader still lives and its lease still holds. */
const TICK_MS = 25;

interface Wait {
  readonly flight: Flight;
  readonly resolve: (landing: Landing | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * What one thread waits for: loads of other threads. Waiting does not block; it keeps the process alive, and leaves nothing
 * behind when it is over.
 */
export class Waiting {
  readonly #seat: Seat;
  readonly #flights: Flights;
  readonly #mailbox: Mailbox;
  /** By flight; a thread may wait for one more than once. */
  readonly #waits = new Map<string, Set<Wait>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(seat: Seat, flights: Flights, cacheId: string) {
    this.#seat = seat;
    this.#flights = flights;
    this.#mailbox = new Mailbox(cacheId, (landing) => this.#settle(landing, landing));
  }

  /** How another thread's flight ends; `undefined`: look again, there may be something or nobody who loads it. */
  for(flight: Flight): Promise<Landing | undefined> {
    return new Promise((resolve, reject) => {
      const wait = { flight, resolve, reject };
      this.#add(wait);
      this.#timer ??= setInterval(() => this.#look(), TICK_MS);
      try {
        if (!this.#flights.await(flight)) this.#settle(flight, undefined);
      } catch (error) {
        this.#remove(wait);
        reject(error);
      }
    });
  }

  /** The same, with this thread blocked meanwhile. `begin` is called when it will be told. */
  blockedFor(flight: Flight, begin: () => void): Landing | undefined {
    let landing: Landing | undefined;
    let isOver = false;
    const settle = (found?: Landing) => {
      landing = found;
      isOver = true;
    };
    const wait = { flight, resolve: settle, reject: () => settle() };
    this.#add(wait);
    try {
      if (!this.#flights.await(flight)) return undefined;
      begin();
      while (!isOver) {
        this.#flights.sleep(flight, TICK_MS);
        this.#mailbox.drain();
        if (!isOver) this.#lookAt(flight);
      }
      return landing;
    } finally {
      this.#remove(wait);
    }
  }

  /** Nobody waits for it any more; who does all the same looks again. */
  cancel(flight: Flight): void {
    this.#settle(flight, undefined);
  }

  /** Tells those who have asked how this thread's flight ends, and ends it. */
  end(flight: Flight, landing: Omit<Landing, 'at' | 'ticket'>): void {
    const message = { at: flight.at, ticket: flight.ticket, ...landing };
    // before it ends: who finds it ended looks whether something is there, and might find nothing
    const isTold = this.#flights.isAwaited(flight);
    if (isTold) this.#mailbox.post(message);
    if (this.#flights.end(flight) && !isTold) this.#mailbox.post(message);
  }

  /** The cache is closed for this thread. */
  stop(): void {
    for (const waits of [...this.#waits.values()]) this.#close(waits);
  }

  #close(waits: ReadonlySet<Wait>): void {
    for (const wait of [...waits]) {
      // first: who has closed the cache may have been cut off here
      wait.reject(closedError());
      this.#remove(wait);
    }
  }

  /** Listening comes before asking. */
  #add(wait: Wait): void {
    this.#mailbox.open();
    const name = nameOf(wait.flight);
    const waits = this.#waits.get(name);
    if (waits) waits.add(wait);
    else this.#waits.set(name, new Set([wait]));
  }

  #remove(wait: Wait): void {
    const name = nameOf(wait.flight);
    const waits = this.#waits.get(name);
    if (!waits?.delete(wait) || waits.size > 0) return;
    this.#waits.delete(name);
    if (this.#waits.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#mailbox.close();
  }

  #settle(flight: Flight, landing: Landing | undefined): void {
    for (const wait of [...(this.#waits.get(nameOf(flight)) ?? [])]) {
      this.#remove(wait);
      wait.resolve(landing);
    }
  }

  #look(): void {
    const alive = new Set<number>();
    for (const waits of [...this.#waits.values()]) {
      const [wait] = waits;
      if (wait) this.#lookAt(wait.flight, alive);
    }
  }

  /** `alive`: leaders that were found alive in this round. To ask the system once for each flight would take its time. */
  #lookAt(flight: Flight, alive = new Set<number>()): void {
    const state = this.#flights.state(flight);
    if (state === 'closed') {
      this.#close(this.#waits.get(nameOf(flight)) ?? new Set());
    } else if (typeof state === 'string' || this.#isGone(state, alive)) {
      // its word is posted before it ends, and may have come meanwhile
      this.#mailbox.drain();
      this.#settle(flight, undefined);
    }
  }

  #isGone(leader: number, alive: Set<number>): boolean {
    if (alive.has(leader)) return false;
    const isGone = this.#seat.reap(leader - 1);
    if (!isGone) alive.add(leader);
    return isGone;
  }
}

function nameOf({ at, ticket }: Flight): string {
  return `${at}:${ticket}`;
}
