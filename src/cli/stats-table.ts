import type { CacheStats } from '../stats.js';
import { formatBytes, formatCount, formatRows, formatShare, type Paint } from './terminal.js';

/** The statistics of a cache as people read them. */
export function formatStats(stats: CacheStats, paint: Paint): string {
  const { hits, totalRequests, hitRate, currentSize, maxSize, bytesUsed, maxBytes } = stats;
  return formatRows(
    [
      ['hit rate', formatShare(hitRate, 2), `${formatCount(hits)} of ${formatCount(totalRequests)} requests`],
      ['entries', formatCount(currentSize), `of at most ${formatCount(maxSize)}`],
      ['evictions', formatCount(stats.evictions), 'least recently used, removed to make room'],
      ['expiries', formatCount(stats.expiredRemovals), 'removed because their time was over'],
      ['puts', formatCount(stats.puts)],
      ['deletes', formatCount(stats.deletes)],
      ['memory', formatBytes(bytesUsed), `of at most ${formatBytes(maxBytes)}`],
      ['threads', formatCount(stats.threads), 'attached, the cleaner too where there is one'],
    ],
    paint,
  );
}

/** Whether a value is what `getStats` answers. */
export function isStats(value: unknown): value is CacheStats {
  const names: readonly (keyof CacheStats)[] = ['hits', 'misses', 'hitRate', 'currentSize', 'maxBytes'];
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Partial<CacheStats>)[name] === 'number')
  );
}
