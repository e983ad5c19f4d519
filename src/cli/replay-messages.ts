import type { Trace } from './trace.js';

/** The cache a worker asks: the shared one of that name, or one of its own for so many entries. */
export type CacheSource =
  | { readonly kind: 'shared'; readonly name: string }
  | { readonly kind: PrivateKind; readonly maxSize: number };

/** What a private cache is made of. */
export type PrivateKind = 'lru-cache' | 'heddle';

/** What one worker has to do: of the trace's requests, those whose number is `index` modulo `threads`. */
export interface WorkerTask {
  readonly source: CacheSource;
  readonly trace: Trace;
  readonly index: number;
  readonly threads: number;
  /** Bytes of a value that the trace gives no size for. */
  readonly valueBytes: number;
  /** One number per worker: requests it has answered so far. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** What a worker is told: begin; or let go of what is garbage and say what is left. */
export type WorkerOrder = 'run' | 'collect';

/** What a worker answers: once, when it has its cache, and then to each order. */
export type WorkerAnswer = 'ready' | WorkerCounts | WorkerMemory;

/** What became of a worker's requests. */
export interface WorkerCounts {
  readonly requests: number;
  readonly hits: number;
  /** Values that can never fit the cache, and were not put. */
  readonly tooLarge: number;
}

/** What a worker uses for itself, when its garbage has been collected. */
export interface WorkerMemory {
  /** Its heap, and its private cache where that lies outside of it. */
  readonly liveBytes: number;
}
