/** A thread of the crew: does what it is told, and says when it has done it. */
import { parentPort } from 'node:worker_threads';
import { type CacheHandle, ThreadSafeCache } from '../../../src/index.js';
import { type Board, meet } from './journal.js';
import { Player } from './player.js';
import type { Setup } from './setup.js';

/** What a thread is told. */
export type Order =
  | {
      readonly task: 'attach';
      readonly handle: CacheHandle;
      readonly setup: Setup;
      readonly board: Board;
      readonly thread: number;
    }
  | { readonly task: 'play'; readonly history: number; readonly seed: number }
  | { readonly task: 'detach' };

interface Seat {
  readonly cache: ThreadSafeCache;
  readonly player: Player;
  readonly board: Board;
  readonly parties: number;
}

let seat: Seat | undefined;

function follow(order: Order): void {
  if (order.task === 'attach') {
    const { handle, setup, board, thread } = order;
    const cache = ThreadSafeCache.attach(handle);
    seat = { cache, player: new Player(cache, setup, board, thread), board, parties: setup.threads };
  } else if (order.task === 'play') {
    if (seat === undefined) throw new Error('Cannot play: no cache is attached');
    meet(seat.board, seat.parties);
    seat.player.play(order.history, order.seed);
  } else {
    seat?.cache.shutdown();
    seat = undefined;
  }
}

parentPort?.on('message', (order: Order) => {
  follow(order);
  parentPort?.postMessage('done');
});
