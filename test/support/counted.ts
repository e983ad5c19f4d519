import type { ThreadSafeCache } from '../../src/index.js';

const NAMES = ['hits', 'misses', 'puts', 'deletes', 'evictions', 'expiredRemovals'] as const;

/** What has changed in the statistics while something ran: the figures that did, and by how much. */
export function counted(cache: ThreadSafeCache, run: () => void): Record<string, number> {
  const before = cache.getStats();
  run();
  const after = cache.getStats();
  return Object.fromEntries(
    NAMES.flatMap((name) => (after[name] === before[name] ? [] : [[name, after[name] - before[name]]])),
  );
}
