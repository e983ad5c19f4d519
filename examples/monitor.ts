// A cache watched from inside of its own program: one line each second.
import { ThreadSafeCache } from 'heddle';

const cache = new ThreadSafeCache<string, number>({ maxSize: 1000, defaultTtl: 1 });

function monitor(everySeconds: number): NodeJS.Timeout {
  return setInterval(() => {
    const { currentSize, maxSize, hitRate, evictions, expiredRemovals, bytesUsed } = cache.getStats();
    console.log(
      `size ${currentSize}/${maxSize}  hit rate ${(hitRate * 100).toFixed(1)} %  evictions ${evictions}  ` +
        `expiries ${expiredRemovals}  memory ${(bytesUsed / 1024).toFixed(0)} KiB`,
    );
  }, everySeconds * 1000).unref(); // it does not keep the program alive
}

monitor(1);

// the program: three seconds of requests for 2000 things, the first of them the most wanted
const traffic = setInterval(() => {
  for (let i = 0; i < 100; i++) {
    const key = `item:${Math.floor(2000 * Math.random() ** 3)}`;
    if (cache.get(key) === undefined) cache.put(key, i);
  }
}, 10);
setTimeout(() => clearInterval(traffic), 3500);
