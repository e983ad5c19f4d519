/**
 * The cleaner's thread. Every interval it removes what has expired and the leftovers of a clear, one entry per
 * critical section, and gives back the slots of threads that have ended.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { CacheKey } from '../codec/keys.js';
import { nowMicros } from '../memory/clock.js';
import { REPORT, Status } from '../memory/engine.js';
import { readRemoval } from '../memory/removal.js';
import { Seat } from '../memory/seat.js';
import type { CleanerData, CleanerOrder, CleanerReport } from './messages.js';
import { CleanerOffice } from './office.js';

/** Steps of one call; between two calls the cleaner looks whether it is still wanted. */
const STEPS = 1024;
/** Keys of one message, and their bytes: a round that removes millions does not hold them all. */
const MOST_KEYS = 10_000;
const MOST_KEY_BYTES = 1 << 20;

const { handle, lease, report: reportsAtFirst } = workerData as CleanerData;
const seat = new Seat(handle.module, handle.memory);
const office = new CleanerOffice(seat);
let reports = reportsAtFirst;
let timer: NodeJS.Timeout | undefined;
let hasEnded = false;

function isWanted(): boolean {
  return seat.engine.size() !== Status.CLOSED && office.lease === lease;
}

/** Cleans one shard until nothing is due; calls `tell` for each removed key when somebody wants to know. */
function cleanShard(index: number, tell: (key: CacheKey) => void): void {
  while (isWanted()) {
    const result = seat.engine.clean(index, nowMicros(), STEPS, reports ? REPORT : 0);
    if (result === Status.MISS) return;
    const removal = result === Status.REMOVED ? readRemoval(seat) : undefined;
    if (removal) tell(removal.key);
    else if (result === Status.BUSY) seat.wait();
    office.beat(nowMicros());
  }
}

function round(): void {
  const start = nowMicros();
  const before = seat.expired;
  let keys: CacheKey[] = [];
  let bytes = 0;
  for (let index = 0; index < seat.engine.shardCount(); index++) {
    cleanShard(index, (key) => {
      bytes += typeof key === 'string' || typeof key === 'object' ? key.length : 0;
      if (keys.push(key) < MOST_KEYS && bytes < MOST_KEY_BYTES) return;
      post({ keys });
      keys = [];
      bytes = 0;
    });
  }
  const removed = seat.expired - before;
  if (reports && removed > 0) post({ keys, round: { removed, durationMs: (nowMicros() - start) / 1000 } });
}

seat.onRebuild = (count) => post({ keys: [], rebuilt: count });

function post(message: CleanerReport): void {
  parentPort?.postMessage(message);
}

function end(): void {
  hasEnded = true;
  clearTimeout(timer);
  seat.leave();
  parentPort?.close();
}

function obey(order: CleanerOrder): void {
  if (order === 'end') end();
  else reports = order === 'report';
}

/** Carries out what was ordered before this round, whatever the event loop is at. */
function obeyAll(): void {
  if (parentPort === null) return;
  for (let next = receiveMessageOnPort(parentPort); next; next = receiveMessageOnPort(parentPort)) {
    obey(next.message as CleanerOrder);
  }
}

function tick(): void {
  obeyAll();
  if (hasEnded) return;
  if (!isWanted()) {
    end();
    return;
  }
  office.beat(nowMicros());
  round();
  seat.reapAll();
  timer = setTimeout(tick, handle.options.cleanupIntervalMs);
}

parentPort?.on('message', obey);
tick();
