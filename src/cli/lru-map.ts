/** An entry, in the ring of all entries. */
interface Entry {
  key: string;
  value: string;
  older: Entry;
  newer: Entry;
}

/**
 * An LRU cache for one thread: a Map, and a ring through its entries by when they were used.
 *
 *     head ⇄ newest ⇄ … ⇄ oldest ⇄ head      (→ older, ← newer)
 *
 * It is not written the shorter way, which deletes a key at each use and sets it again, at the end of the Map's own
 * order: V8 leaves a hole for what is deleted, in the chain of its bucket, until the table is made anew, and each set
 * of a key that is often used goes through all the holes that the key has left.
 */
export class LruMap {
  readonly #entries = new Map<string, Entry>();
  readonly #head = ring();
  readonly #maxSize: number;

  /** @param maxSize most entries, at least 1 */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** Entries held. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key, which becomes the most recently used one. */
  get(key: string): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    unlink(entry);
    this.#link(entry);
    return entry.value;
  }

  /** Stores a value, in the place of the least recently used one when there is no room. */
  put(key: string, value: string): void {
    let entry = this.#entries.get(key);
    if (entry !== undefined) unlink(entry);
    else {
      entry = this.#entries.size < this.#maxSize ? ring() : this.#evict();
      entry.key = key;
      this.#entries.set(key, entry);
    }
    entry.value = value;
    this.#link(entry);
  }

  /** Takes the oldest entry out; its record serves again. */
  #evict(): Entry {
    const oldest = this.#head.newer;
    unlink(oldest);
    this.#entries.delete(oldest.key);
    return oldest;
  }

  #link(entry: Entry): void {
    const head = this.#head;
    entry.newer = head;
    entry.older = head.older;
    head.older.newer = entry;
    head.older = entry;
  }
}

/** An entry alone in its ring. */
function ring(): Entry {
  const entry = { key: '', value: '' } as Entry;
  entry.older = entry;
  entry.newer = entry;
  return entry;
}

function unlink({ older, newer }: Entry): void {
  older.newer = newer;
  newer.older = older;
}
