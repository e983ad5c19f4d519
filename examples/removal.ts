// What goes with an entry: a file handle, held in this thread beside the entry, is closed when the entry is gone.
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const folder = await mkdtemp(join(tmpdir(), 'heddle-'));
for (const name of ['a', 'b', 'c']) {
  const path = join(folder, name);
  const file = await open(path, 'w');
  files.set(path, file);
  cache.put(path, file.fd); // the third evicts the first
}
cache.clear();
await rm(folder, { recursive: true });
