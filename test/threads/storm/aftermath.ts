/** What must hold after a death, and after the storm. */
import assert from 'node:assert/strict';
import type { ThreadSafeCache } from '../../../src/index.js';
import { Seat } from '../../../src/memory/seat.js';
import { assertIntact, contentOf, engineOf } from '../../support/caches.js';
import { until } from '../../support/until.js';

/** Entries that the cleaner has to remove after the storm. */
const EXPIRING = 50;

/** Bytes in use, but for the slots of the threads that happen to be attached. */
export function bytesWithoutSlots(cache: ThreadSafeCache): number {
  const engine = engineOf(cache);
  const { bytesUsed, threads } = cache.getStats();
  return bytesUsed - threads * (engine.slotAddress(1) - engine.slotAddress(0));
}

/** Laws of engine/verify.ts that say that somebody has a block in hand. */
const IN_HAND: readonly number[] = [2, 66];

/**
 * After a death, while the living rest: fails when a structure is not whole. False when only a block is still in some
 * hand: of a dead thread, until the cleaner finds it, or of a living one that came to a taken lock when it wanted to
 * free it, until its next piece of work.
 */
export async function isWhole(cache: ThreadSafeCache): Promise<boolean> {
  assert.equal(cache.getStats().rebuilds, 0, 'a thread died with a lock in its hand');
  const engine = engineOf(cache);
  if (!hasCleaner(cache)) takeEverySlot(cache);
  const isLawful = (): boolean => [0, ...IN_HAND].includes(engine.verify());
  if (hasCleaner(cache)) await until(isLawful, 'verify()').catch(() => assertIntact(cache));
  else if (!isLawful()) assertIntact(cache);
  return engine.verify() === 0;
}

/** After the storm, when only this thread and the cleaner are left: every slot and byte comes back. */
export async function settle(cache: ThreadSafeCache, baseline: number): Promise<void> {
  if (!hasCleaner(cache)) takeEverySlot(cache);
  const threads = hasCleaner(cache) ? 2 : 1;
  await until(() => cache.getStats().threads === threads, 'the slots of the dead come back');
  if (hasCleaner(cache)) {
    cache.clear();
    for (let index = 0; index < EXPIRING; index++) cache.put(index, index, 0.01);
    await until(() => cache.size === 0, 'the cleaner, or the next one, does its work');
  }
  // each clear takes some leftovers of the one before away: without a cleaner nobody else does
  await until(
    () => {
      for (let turn = 0; turn < 100; turn++) cache.clear();
      return bytesWithoutSlots(cache) === baseline;
    },
    `${bytesWithoutSlots(cache) - baseline} bytes come back`,
  );
  await until(() => isWhole(cache), 'nothing is in any hand');
}

function hasCleaner(cache: ThreadSafeCache): boolean {
  return contentOf(cache).options.cleanupIntervalMs > 0;
}

/** Attaches until there is no slot left, and leaves: without a cleaner that is how the slots of the dead come back. */
function takeEverySlot(cache: ThreadSafeCache): void {
  const { module, memory } = contentOf(cache);
  const seats: Seat[] = [];
  try {
    for (;;) seats.push(new Seat(module, memory));
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_TOO_MANY_THREADS') throw error;
  }
  for (const seat of seats) seat.leave();
}
