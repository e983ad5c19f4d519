import { isMainThread } from 'node:worker_threads';
import type { Seat } from './seat.js';

/** What this thread is attached to, by the identity of the cache: one object and one seat for each. */
const attached = new Map<string, { readonly cache: object; readonly seat: Seat }>();
let watchesExit = false;

/** Remembers an attachment. When the thread ends in an orderly way, its slots are given back at once. */
export function remember(id: string, cache: object, seat: Seat): void {
  attached.set(id, { cache, seat });
  // the end of the main thread is the end of the process
  if (watchesExit || isMainThread) return;
  watchesExit = true;
  process.once('exit', () => {
    for (const each of attached.values()) each.seat.leave();
  });
}

export function recall(id: string): object | undefined {
  return attached.get(id)?.cache;
}

export function forget(id: string): void {
  attached.delete(id);
}
