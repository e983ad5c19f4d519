/**
 * Engines in which a thread can die, or trap, with a lock in its hand, on purpose: the proof that none can in the real
 * one leaves the take-over of such a lock without anything to do.
 *
 * It happens to whoever stores a value of FATAL_LENGTH bytes or more, once a test has chosen where and how.
 */
import type { ThreadSafeCache } from '../../src/index.js';
import { contentOf } from './caches.js';
import type { Patch } from './mutant.js';
import { compileModules, wordsOf } from './mutant-cache.js';
import { until } from './until.js';

/** Values that long travel through the scratch; nothing else in these tests is as long. */
export const FATAL_LENGTH = 6000;

/** Where it happens: each is in the middle of a change, with the lock held and the structure broken. */
export const places = [
  'a shard: an insert',
  'a shard: a replacement',
  'an arena: a block is taken',
  'an arena: a block is freed',
] as const;
export type Place = (typeof places)[number];

/** An endless loop, in which the thread waits to be terminated; or a trap. */
export type Fate = 'hangs' | 'traps';

// ---- addresses of the words that tests and these engines tell each other something by
const WHERE = 32;
const HOW = 36;
const REACHED = 40;
const LAST_SHARD = 44;
const FATAL_SHARD = 48;

const HELPER = `
function perish(place: u32, lock: usize): void {
  if (load<u32>(${WHERE}) != place) return;
  store<u32>(${WHERE}, 0);
  store<u32>(${FATAL_SHARD}, <u32>lock);
  atomic.store<u32>(${REACHED}, 1);
  if (load<u32>(${HOW}) == 1) unreachable();
  while (true) {
    if (atomic.load<u32>(${REACHED}) == 2) break;
  }
}
`;

const IN_SHARDS: Patch = {
  file: 'sections.ts',
  edits: [
    ['export let newKeyInfo: u32 = 0;', `${HELPER}\nexport let newKeyInfo: u32 = 0;`],
    [
      '  chainLink(bucket, entry);\n',
      `  chainLink(bucket, entry);\n  if (newValueInfo >> 3 >= ${FATAL_LENGTH}) perish(1, lock);\n`,
    ],
    [
      '  mine.hand = 0;\n  if (newIsStamped) refresh(shard, entry);\n',
      `  mine.hand = 0;\n  lruUnlink(entry);\n  if (newValueInfo >> 3 >= ${FATAL_LENGTH}) perish(2, lock);\n  stamp(entry);\n  lruLinkFirst(shard, entry);\n`,
    ],
    // tells which shard a key belongs to
    [
      '  mine.puts += 1;\n',
      `  mine.puts += 1;\n  store<u32>(${LAST_SHARD}, <u32>changetype<usize>(shard));\n`,
    ],
  ],
};

const IN_ARENAS: Patch = {
  file: 'heap.ts',
  edits: [
    ['export const FREE: u32 = 1;', `${HELPER}\nexport const FREE: u32 = 1;`],
    [
      '    listRemove(arena, block);\n    const rest',
      `    listRemove(arena, block);\n    if (size >= ${FATAL_LENGTH}) perish(3, 0);\n    const rest`,
    ],
    ['  arena.used -= size;\n', `  arena.used -= size;\n  if (size >= ${FATAL_LENGTH}) perish(4, 0);\n`],
  ],
};

/** Compiles them; the engine for each place. */
export async function compileDeadly(): Promise<ReadonlyMap<Place, WebAssembly.Module>> {
  const [shards, arenas] = (await compileModules([IN_SHARDS, IN_ARENAS])) as [
    WebAssembly.Module,
    WebAssembly.Module,
  ];
  return new Map(places.map((place) => [place, place.startsWith('an arena') ? arenas : shards]));
}

/** Lets the next thread that comes there perish. */
export function lay(cache: ThreadSafeCache, place: Place, fate: Fate): void {
  const words = wordsOf(contentOf(cache).memory);
  words[HOW / 4] = fate === 'traps' ? 1 : 0;
  Atomics.store(words, REACHED / 4, 0);
  Atomics.store(words, WHERE / 4, places.indexOf(place) + 1);
}

/** Waits until a thread has come there; the shard it was in, 0 for an arena. */
export async function untilReached(cache: ThreadSafeCache): Promise<number> {
  const words = wordsOf(contentOf(cache).memory);
  await until(() => Atomics.load(words, REACHED / 4) !== 0, 'a thread perishes');
  return words[FATAL_SHARD / 4] ?? 0;
}

/** The shard of the key that was put last, with the engines for shards. */
export function shardOfLastPut(cache: ThreadSafeCache): number {
  return wordsOf(contentOf(cache).memory)[LAST_SHARD / 4] ?? 0;
}
