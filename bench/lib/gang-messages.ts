/** What the thread that measures and the threads (or processes) of a gang say to each other. */

/** What each of a gang does, over and over. */
export type Load = 'get' | 'mixed 95/5' | 'get, put on a miss';

/** What one of a gang is started with. */
export interface GangData {
  readonly contender: string;
  readonly connection: unknown;
  readonly index: number;
  readonly keyLength: number;
  readonly draws: Uint32Array;
  /** Keys that are made beforehand, and asked for in turn. */
  readonly pool: number;
}

/** When a load ends: whatever comes first. */
export interface Until {
  readonly ms: number;
  /** Of each member. */
  readonly operations: number;
}

/** What one of a gang is told to do. */
export type GangOrder =
  | { readonly kind: 'fill'; readonly entries: number }
  | { readonly kind: 'check'; readonly entries: number }
  | {
      readonly kind: 'load';
      readonly load: Load;
      readonly until: Until;
      readonly startAt: number;
      readonly lanes: number;
    }
  | { readonly kind: 'latency'; readonly load: Load; readonly ms: number; readonly startAt: number }
  | { readonly kind: 'close' };

/** What it answers. */
export type GangAnswer =
  | { readonly kind: 'ready' | 'done' }
  | { readonly kind: 'failed'; readonly why: string }
  | {
      readonly kind: 'loaded';
      readonly operations: number;
      readonly gets: number;
      readonly hits: number;
      readonly ms: number;
    }
  | { readonly kind: 'latencies'; readonly nanoseconds: Float64Array };

/** Milliseconds by a clock that all threads and processes of the machine share. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}
