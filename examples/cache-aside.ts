// Beside a database: many ask, one loads; a write to the database removes what the cache knew.
import { ThreadSafeCache } from 'heddle';

interface User {
  readonly id: number;
  readonly name: string;
}

// what stands for the database, and what it is asked for
const table = new Map<number, User>([[1, { id: 1, name: 'Ada' }]]);
let queries = 0;
async function find(id: number): Promise<User | null> {
  queries++;
  return table.get(id) ?? null;
}

using users = new ThreadSafeCache<string, User | null>({ maxSize: 10_000, cleanupInterval: 0 });

// fresh for a minute; five minutes more at once, while it is loaded anew or the database is down
const userOf = (id: number): Promise<User | null> =>
  users.getOrLoad(`user:${id}`, () => find(id), { ttl: 60, staleFor: 300, refreshAfter: 50 });

async function rename(id: number, name: string): Promise<void> {
  table.set(id, { id, name });
  // after the write: a load that is under way now is not stored, and whoever asks from now on does not wait for it
  users.delete(`user:${id}`);
}

const found = await Promise.all(Array.from({ length: 1000 }, () => userOf(1)));
console.log(found.length, queries); // 1000 1
await rename(1, 'Ada Lovelace');
console.log(await userOf(1), queries); // { id: 1, name: 'Ada Lovelace' } 2
console.log(await userOf(2), await userOf(2), queries); // null null 3
