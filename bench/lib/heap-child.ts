/**
 * One contender in a process of its own: what its memory is, and what happens to the event loop while every entry is
 * replaced by another one.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { checkContract } from './contract.js';
import type { HeapAnswer, HeapOrder } from './heap.js';
import { keyMaker, valueMaker } from './keys.js';
import { localCache } from './local-caches.js';
import { NotInstalled } from './peer.js';

/** Puts in one turn of the event loop: so little work that a long turn is the garbage collector's. */
const PUTS_A_TURN = 64;

const order: HeapOrder = JSON.parse(process.argv[2] ?? '');
const { entries, keyLength, value } = order;
const key = keyMaker(keyLength);
const make = valueMaker(value);
const put = { worst: 0 };

try {
  process.send?.(await measure());
} catch (error) {
  if (!(error instanceof NotInstalled || error instanceof assert.AssertionError)) throw error;
  process.send?.({ refused: error.message } satisfies HeapAnswer);
}
process.disconnect?.();

async function measure(): Promise<HeapAnswer> {
  const contender = localCache(order.contender);
  await checkContract(contender, value);
  await settle();
  const before = process.memoryUsage.rss();
  const cache = await contender.open({ entries, keyLength, value, ttl: undefined });
  for (let id = 0; id < entries; id++) cache.put(key(id), make(id));
  assert.equal(cache.size(), entries, 'filled, and entries are missing');
  assert.deepEqual(cache.get(key(entries >> 1)), make(entries >> 1), 'filled, and a value is another one');
  await settle();
  // a small cache may have found room in what the process had
  const residentBytes = Math.max(1, process.memoryUsage.rss() - before);
  let worstTurnMs = 0;
  if (order.churn) {
    let turn = performance.now();
    for (let id = entries; id < 2 * entries; id += PUTS_A_TURN) {
      for (let i = id; i < Math.min(id + PUTS_A_TURN, 2 * entries); i++) timedPut(cache, i);
      await setImmediate();
      const now = performance.now();
      worstTurnMs = Math.max(worstTurnMs, now - turn);
      turn = now;
    }
    assert.equal(cache.size(), entries, 'churned, and the size is another one');
    assert.equal(cache.get(key(entries - 1)), undefined, 'churned, and an old entry is there');
  }
  cache.close?.();
  return { residentBytes, worstTurnMs, worstCallMs: put.worst };
}

function timedPut(cache: { put(key: string, value: unknown): void }, id: number): void {
  const [name, content] = [key(id), make(id)];
  const start = performance.now();
  cache.put(name, content);
  put.worst = Math.max(put.worst, performance.now() - start);
}

/** Lets the collector take what nobody holds; more than once, because it gives pages back later. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
}
