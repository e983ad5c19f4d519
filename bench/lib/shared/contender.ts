/** What a cache that several threads use has to offer here. */
import type { Transferable } from 'node:worker_threads';
import type { Wanted } from '../local-caches.js';

/** One thread's access to a cache. What comes back is awaited where the cache says so. */
export interface SharedClient {
  get(key: string): unknown;
  put(key: string, value: string): unknown;
  close?(): unknown;
}

/** What the thread that started a cache has to do with it. */
export interface SharedHost {
  /** What the client of a thread needs, sent to that thread. */
  connection(): { data: unknown; transfer?: Transferable[] };
  close(): Promise<void> | void;
}

/** One cache that takes part. */
export interface SharedContender {
  readonly name: string;
  /** Whether its operations answer promises. */
  readonly isAsync: boolean;
  /** Whether gets do not all the same: then nobody awaits them where there is nothing but gets. */
  readonly getsAtOnce?: boolean;
  /** False: each thread has one of its own. */
  readonly isShared: boolean;
  /** Whether it drops entries when it has as many as it may have. */
  readonly evicts: boolean;
  /** Starts it; `wanted.entries` is the size of the whole, `threads` may share it. */
  host(wanted: Wanted, threads: number): Promise<SharedHost>;
  /** Connects a thread, with what its host has sent. */
  connect(data: unknown): Promise<SharedClient>;
}
