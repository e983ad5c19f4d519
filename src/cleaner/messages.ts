import type { CacheKey } from '../codec/keys.js';
import type { HandleContent } from '../memory/handle.js';

/** What a cleaner thread is started with. */
export interface CleanerData {
  readonly handle: HandleContent;
  /** Its number in office: it leaves when another one is in office. */
  readonly lease: number;
  /** Whether somebody wants to be told what it removes. */
  readonly report: boolean;
}

/** What the thread that started it tells a cleaner. */
export type CleanerOrder = 'end' | 'report' | 'be silent';

/** What it tells the thread that started it, in pieces, when that wants to know. */
export interface CleanerReport {
  /** Keys of entries that have expired. */
  readonly keys: CacheKey[];
  /** Parts of the cache that had to be rebuilt because a thread died inside them. */
  readonly rebuilt?: number;
  /** With the last piece of a round: all entries removed in it, and how long it took. */
  readonly round?: { readonly removed: number; readonly durationMs: number };
}
