// Entries that expire: a default for all, one of its own for some, and never.
import { setTimeout as sleep } from 'node:timers/promises';
import { ThreadSafeCache } from 'heddle';

const cache = new ThreadSafeCache<string, string>({ maxSize: 100, defaultTtl: 300, cleanupInterval: 0.1 });
cache.put('page:/', '<h1>Hello</h1>'); // 300 seconds
cache.put('session:abc', 'active', 0.5); // half a second
cache.put('config', 'dark', Number.POSITIVE_INFINITY); // never expires

console.log(cache.get('session:abc')); // active
await sleep(700);
console.log(cache.get('session:abc')); // undefined
console.log(cache.get('page:/'), cache.get('config')); // still there
console.log(cache.getStats().expiredRemovals, 'expired'); // 1 expired, found by the cleaner or by get
