// Work for the processor, in a synchronous function: other threads that want the same are blocked until it is done.
import { ThreadSafeCache } from 'heddle';

using cache = new ThreadSafeCache<number, number[]>({ maxSize: 100, cleanupInterval: 0 });

function primesBelow(limit: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; candidate < limit; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

console.log(cache.getOrCompute(20, primesBelow).join(' ')); // 2 3 5 7 11 13 17 19
console.log(cache.getOrCompute(20, primesBelow).length, cache.getStats().loads); // 8 1
