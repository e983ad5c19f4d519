// Put, get, and what happens when the cache is full.
import { ThreadSafeCache } from 'heddle';

const cache = new ThreadSafeCache<string, { name: string }>({ maxSize: 2 });
cache.put('user:1', { name: 'Ada' });
cache.put('user:2', { name: 'Grace' });
console.log(cache.get('user:1')); // { name: 'Ada' }
cache.put('user:3', { name: 'Edith' }); // room for two: user:2 has not been used for longest
console.log(cache.get('user:2'), cache.size); // undefined 2
console.log(cache.getStats().hitRate); // 0.5
