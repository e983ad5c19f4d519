/**
 * Defence in depth: a lock whose owner is dead. No thread can die in a straight line, so this should never happen;
 * but a changed engine, an instrumented one, or a trap must cost one shard and not the process.
 *
 * Whoever finds such a lock takes it over and rebuilds what it protects. These are the only functions that loop
 * under a lock; they may be cut off anywhere, since the next one starts again from the beginning: everything is
 * derived from what does not need the lists to be whole. A shard is emptied: its records are a fixed array. An arena
 * loses nothing: its blocks lie edge to edge whatever its lists say, and a block nobody points back to is free.
 *
 * The count may stay too high by one for each take-over, never too low: until the next clear, or until a put finds the
 * cache full and not an entry in it.
 */
import { changeCount, countOf, epochOf, readCount } from './count';
import { Block, FREE, PREV_FREE, SIZE_MASK, heapReset, listInsert } from './heap';
import {
  ENTRY_BYTES,
  FLIGHT_BYTES,
  ORPHANS_WORD,
  SHARD_HEADS,
  SLOTS_TAKEN,
  arenaAt,
  header,
  shardAt,
  shardOfRecord,
  slotAt,
} from './layout';
import { OWNER_MASK, SEQUENCE_ONE, isHeld, read, readFree, releaseChanged } from './lock';
import { Arena, Entry, Flight, LOCK_OFFSET, Shard, Slot, WHEEL_BUCKETS, WHEEL_LEVELS } from './records';
import { mine, owner } from './self';

/**
 * Takes over every lock that this owner number holds and rebuilds what it protects; how many. Looks through the arenas that
 * a shard's emptying wants looked through, but for those whose lock somebody else has: see orphanedArena().
 */
export function rebuildOwnedBy(number: u32): u32 {
  let taken: u32 = 0;
  for (let i: u32 = 0; i < header().shardCount; i++) {
    const lock = changetype<usize>(shardAt(i));
    const word = read(lock);
    if ((word & OWNER_MASK) != <u64>number || !rebuildTakeOver(lock, word)) continue;
    rebuildShard(shardAt(i), i);
    // after: who sees it finds the blocks of its entries belonging to nobody. Whoever is cut off before has the lock still
    atomic.or<u32>(ORPHANS_WORD, ((<u32>1) << header().arenaCount) - 1);
    releaseChanged(lock, word & ~OWNER_MASK);
    taken++;
  }
  for (let i: u32 = 0; i < header().arenaCount; i++) {
    const lock = changetype<usize>(arenaAt(i));
    while (true) {
      const isWanted = hasOrphans(i);
      const word = isWanted ? readFree(lock) : read(lock);
      const dead = (word & OWNER_MASK) == <u64>number;
      if (!dead && (!isWanted || isHeld(word))) break;
      if (!rebuildTakeOver(lock, word)) continue;
      // before: a shard that is emptied from here on wants it again
      atomic.and<u32>(ORPHANS_WORD, ~((<u32>1) << i));
      rebuildArena(arenaAt(i));
      releaseChanged(lock, word & ~OWNER_MASK);
      if (dead) taken++;
      break;
    }
  }
  mine.rebuilds += <u64>taken;
  return taken;
}

function hasOrphans(arena: u32): bool {
  return ((atomic.load<u32>(ORPHANS_WORD) >> arena) & 1) != 0;
}

/** An arena that has still to be looked through, since somebody else had its lock, or 0. */
export function orphanedArena(): usize {
  for (let i: u32 = 0; i < header().arenaCount; i++) {
    if (hasOrphans(i)) return changetype<usize>(arenaAt(i));
  }
  return 0;
}

function rebuildTakeOver(lock: usize, word: u64): bool {
  return atomic.cmpxchg<u64>(lock, word, (word & ~OWNER_MASK) | owner, LOCK_OFFSET) == word;
}

/** Empties a shard. */
function rebuildShard(shard: Shard, index: u32): void {
  const self = changetype<usize>(shard);
  const start = header().records + <usize>index * <usize>header().recordsPerShard * ENTRY_BYTES;
  shard.lruNext = self;
  shard.lruPrev = self;
  rebuildFlights(shard, index);
  shard.held = 0;
  shard.free = 0;
  shard.used = 0;
  memory.fill(shard.buckets, 0, (<usize>(header().bucketMask + 1)) << 2);
  memory.fill(self + offsetof<Shard>('wheelMap0'), 0, (<usize>WHEEL_LEVELS) << 3);
  memory.fill(self + SHARD_HEADS, 0, (<usize>(WHEEL_LEVELS * WHEEL_BUCKETS)) << 2);
  for (let at = start; at < shard.fresh; at += ENTRY_BYTES) {
    const entry = changetype<Entry>(at);
    if (entry.version != 0) rebuildForget(entry);
    entry.block = 0;
    entry.wheelPrev = 0;
    entry.lruNext = shard.free;
    shard.free = at;
  }
}

/** Ends every flight of a shard: nobody knows what its leader has missed. */
function rebuildFlights(shard: Shard, index: u32): void {
  const start = header().flights + <usize>(index * header().flightsPerShard) * FLIGHT_BYTES;
  memory.fill(shard.flightBuckets, 0, (<usize>header().flightsPerShard) << 2);
  shard.flightFree = 0;
  shard.flightCount = 0;
  for (let at = start; at < shard.flightFresh; at += FLIGHT_BYTES) {
    atomic.store<u64>(at, 0, offsetof<Flight>('ticket'));
    changetype<Flight>(at).nextFree = shard.flightFree;
    shard.flightFree = at;
  }
}

/** Takes an entry out of the count, if it is of this epoch. */
function rebuildForget(entry: Entry): void {
  while (true) {
    const count = readCount();
    if (entry.epoch != epochOf(count) || countOf(count) == 0 || changeCount(count, count - 1)) break;
  }
  atomic.store<u64>(changetype<usize>(entry), 0, offsetof<Entry>('version'));
}

/** Makes the lists of an arena anew from its blocks, and frees those that belong to nobody. */
function rebuildArena(arena: Arena): void {
  heapReset(arena);
  let used: u32 = 0;
  let freeStart: usize = 0;
  let at = arena.start;
  while (at < arena.end) {
    const block = changetype<Block>(at);
    const size = block.info & SIZE_MASK;
    if (rebuildIsOwned(at)) {
      if (freeStart != 0) listInsert(arena, changetype<Block>(freeStart), <u32>(at - freeStart));
      else block.info &= ~PREV_FREE;
      freeStart = 0;
      used += size;
    } else if (freeStart == 0) {
      freeStart = at;
    }
    at += <usize>size;
  }
  if (freeStart != 0) listInsert(arena, changetype<Block>(freeStart), <u32>(at - freeStart));
  else changetype<Block>(at).info &= ~PREV_FREE;
  arena.used = used;
}

/**
 * Whether an entry or a slot points back at this block, which may be changing hands meanwhile: from its entry to a slot's
 * garbage, from there to its hand (keepGarbage), and to an entry again. Whoever takes it from a slot writes the owner; so it
 * was nobody's if it was not found while that stayed the same, unless it has gone all the way round.
 */
function rebuildIsOwned(at: usize): bool {
  if (changetype<Block>(at).info & FREE) return false;
  while (true) {
    const holder = rebuildOwnerOf(at);
    const turns = rebuildTurns(holder);
    if (rebuildOwnerOf(at) != holder) continue;
    if (rebuildHolds(holder, at)) return true;
    const count = atomic.load<u32>(SLOTS_TAKEN);
    for (let i: u32 = 0; i < count; i++) {
      if (slotAt(i).hand == at || slotAt(i).garbage == at) return true;
    }
    if (rebuildOwnerOf(at) != holder) continue;
    // a section that has given it back to this entry may not be over yet
    if (rebuildHolds(holder, at)) return true;
    if (rebuildTurns(holder) == turns) return false;
  }
}

function rebuildOwnerOf(at: usize): u32 {
  return atomic.load<u32>(at + offsetof<Block>('owner'));
}

/** Whether this owner is an entry that points back. */
function rebuildHolds(holder: u32, at: usize): bool {
  return (holder & 1) == 0 && holder != 0 && changetype<Entry>(<usize>holder).block == at;
}

/** Moves on before a block that has left this owner comes back to it: the puts of a slot, the sequence of a record's shard. */
function rebuildTurns(holder: u32): u64 {
  if (holder & 1) {
    return atomic.load<u64>(changetype<usize>(slotAt((holder >> 1) - 1)) + offsetof<Slot>('puts'));
  }
  return holder == 0 ? 0 : read(changetype<usize>(shardOfRecord(<usize>holder))) / SEQUENCE_ONE;
}
