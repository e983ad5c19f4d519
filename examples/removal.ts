// What goes with an entry: a file handle, held in this thread beside the entry, is closed when the entry is gone.
import { type FileHandle, open } from 'node:fs/promises';
import { ThreadSafeCache } from 'heddle';

using cache = new ThreadSafeCache<string, number>({ maxSize: 2 });
const files = new Map<string, FileHandle>();

cache.onRemoval(async ({ key, cause }) => {
  const gone = cause === 'cleared' ? [...files.keys()] : cause === 'replaced' ? [] : [key];
  for (const path of gone) {
    const file = files.get(path);
    files.delete(path);
    await file?.close();
    console.log(`closed after ${cause}`);
  }
});

for (const name of ['removal.js', 'basic.js', 'ttl.js']) {
  const path = new URL(name, import.meta.url).pathname;
  files.set(path, await open(path));
  cache.put(path, (await files.get(path)?.stat())?.size ?? 0); // the third evicts the first
}
cache.clear();
