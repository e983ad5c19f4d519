// Going through all entries: in no order, or from the least to the most recently used.
import { ThreadSafeCache } from 'heddle';

using cache = new ThreadSafeCache<string, number>({ maxSize: 100, cleanupInterval: 0 });
cache.putMany([
  ['a', 1],
  ['b', 2],
  ['c', 3],
]);
cache.get('a');

console.log([...cache.keys({ order: 'lru' })]); // [ 'b', 'c', 'a' ]
console.log([...cache.values()].reduce((sum, value) => sum + value)); // 6

// other threads, and the loop itself, may change the cache meanwhile
for (const [key, value] of cache) if (value % 2 === 0) cache.delete(key);
console.log(cache.getMany(['a', 'b', 'c'])); // Map(2) { 'a' => 1, 'c' => 3 }
