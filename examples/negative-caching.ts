// What is not there, and what fails, is remembered too, so that it is not asked for again and again.
import { CacheError, ThreadSafeCache } from 'heddle';

using cache = new ThreadSafeCache<string, string | null>({ maxSize: 1000, cleanupInterval: 0 });
let requests = 0;

// an answer like any other: there is no such page; for ten seconds
const pageOf = (path: string): Promise<string | null> =>
  cache.getOrLoad(
    path,
    async () => {
      requests++;
      return path === '/' ? 'welcome' : null;
    },
    { ttl: 10 },
  );
console.log(await pageOf('/none'), await pageOf('/none'), requests); // null null 1

// no answer at all: for two seconds nobody tries again, in any thread
async function fetchDown(): Promise<string> {
  requests++;
  throw new Error('connection refused');
}
for (let attempt = 0; attempt < 3; attempt++) {
  try {
    await cache.getOrLoad('/down', fetchDown, { negativeTtl: 2 });
  } catch (error) {
    // the error itself at first, then as the cause
    const cause = error instanceof CacheError ? error.cause : error;
    console.log(error instanceof CacheError ? error.code : 'first', (cause as Error).message);
  }
}
console.log(requests); // 2
