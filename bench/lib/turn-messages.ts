/** What the thread that measures and a contender's thread say to each other. */
import type { ValueKind } from './keys.js';

/** What a turn does with the cache, over and over. */
export type Operation = 'get' | 'miss' | 'update' | 'evict' | 'mixed 95/5' | 'mixed 75/25';

/** Who takes a seat, and what it fills its cache with. */
export interface Scene {
  readonly contender: string;
  readonly entries: number;
  readonly keyLength: number;
  readonly value: ValueKind;
  readonly ttl: number | undefined;
  /** New strings for each operation, or the very strings that the entries were stored under. */
  readonly keys: 'fresh' | 'interned';
}

/** What a contender's thread is started with. */
export interface SeatData extends Scene {
  /** Whether the contender has yet to show that it does what a cache does. */
  readonly isUnchecked: boolean;
}

/** One turn: so many operations on keys in the order of the draws, from a place in them on. */
export interface Turn {
  readonly operation: Operation;
  readonly operations: number;
  readonly draws: Uint32Array<SharedArrayBuffer>;
  readonly from: number;
}

/** How a turn went, or that the contender is ready, or why it cannot take part. */
export type TurnAnswer =
  | { readonly kind: 'turn'; readonly nanoseconds: number; readonly typical: number; readonly gcMs: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly why: string };
