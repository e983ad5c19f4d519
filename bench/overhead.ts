/**
 * What an entry costs beyond its key and value: `npm run bench:overhead`.
 *
 * Fills a cache with a million entries and compares the bytes it has in use (records, buckets, block headers and
 * rounding, everything fixed) with the bytes of the keys and values. The check comes first: every entry must be there.
 */
import assert from 'node:assert/strict';
import { ThreadSafeCache } from '../src/index.js';

const ENTRIES = 1_000_000;
const LIMIT = 96;

function measure(keyBytes: number, valueBytes: number): number {
  using cache = new ThreadSafeCache<string, string>({
    maxSize: ENTRIES,
    maxBytes: '1 GiB',
    cleanupInterval: false,
  });
  const value = 'v'.repeat(valueBytes);
  for (let i = 0; i < ENTRIES; i++) cache.put(String(i).padStart(keyBytes, '0'), value);
  assert.equal(cache.size, ENTRIES);
  for (let i = 0; i < ENTRIES; i += 997) assert.equal(cache.peek(String(i).padStart(keyBytes, '0')), value);
  return cache.getStats().bytesUsed / ENTRIES - keyBytes - valueBytes;
}

console.log(`Overhead per entry at ${ENTRIES.toLocaleString('en')} entries, in bytes (limit ${LIMIT}):`);
for (const [keyBytes, valueBytes] of [
  [8, 8],
  [10, 24],
  [16, 100],
  [41, 300],
] as const) {
  const overhead = measure(keyBytes, valueBytes);
  console.log(`  keys of ${keyBytes}, values of ${valueBytes}: ${overhead.toFixed(1)}`);
  if (overhead > LIMIT) process.exitCode = 1;
}
