// Reading and writing in one step: a rate limit, a lock that expires, an update that loses nothing.
import { ThreadSafeCache } from 'heddle';

using cache = new ThreadSafeCache<string, unknown>({ maxSize: 1000, cleanupInterval: 0 });

// at most three requests in ten seconds, over all threads: the deadline of the first increment stays
using limits = new ThreadSafeCache<string, number>({ maxSize: 1000, defaultTtl: 10, cleanupInterval: 0 });
const isAllowed = (user: string): boolean => limits.increment(user) <= 3;
console.log([1, 2, 3, 4].map(() => isAllowed('ada'))); // [ true, true, true, false ]

// one thread does the work, the others find that somebody does
console.log(cache.putIfAbsent('lock', 'thread 1', 30), cache.putIfAbsent('lock', 'thread 2', 30)); // true false

// the function runs again when another thread came first
cache.update('visitors', (names) => [...((names as string[] | undefined) ?? []), 'ada']);
cache.update('visitors', (names) => [...((names as string[] | undefined) ?? []), 'bob']);
console.log(cache.get('visitors')); // [ 'ada', 'bob' ]

// the same by hand: stored only if nobody has written the key since
const seen = cache.getVersioned('visitors');
cache.put('visitors', ['eve']);
console.log(cache.putIfVersion('visitors', ['ada', 'bob', 'cyd'], seen?.version ?? 0)); // false

// of several threads one gets the value
console.log(cache.take('visitors'), cache.take('visitors')); // [ 'eve' ] undefined
