// Sessions that every worker knows, and that end half an hour after they were last used.
import { randomUUID } from 'node:crypto';
import { ThreadSafeCache } from 'heddle';

interface Session {
  readonly user: string;
  readonly cart: readonly string[];
}

using sessions = new ThreadSafeCache<string, Session>({
  name: 'sessions',
  maxSize: 100_000,
  defaultTtl: 1800,
});

function begin(user: string): string {
  const id = randomUUID();
  sessions.put(id, { user, cart: [] });
  return id;
}

/** The session, which lives on for half an hour from now. */
function resume(id: string): Session | undefined {
  return sessions.touch(id) ? sessions.get(id) : undefined;
}

/** Loses nothing when two requests of one session are served by two threads; does not bring an ended one back. */
function addToCart(id: string, item: string): boolean {
  for (;;) {
    const found = sessions.getVersioned(id);
    if (found === undefined) return false;
    const next = { ...found.value, cart: [...found.value.cart, item] };
    if (sessions.putIfVersion(id, next, found.version)) return true;
  }
}

const id = begin('ada');
addToCart(id, 'book');
addToCart(id, 'pen');
console.log(resume(id)); // { user: 'ada', cart: [ 'book', 'pen' ] }
sessions.delete(id);
console.log(resume(id), addToCart(id, 'ink')); // undefined false
