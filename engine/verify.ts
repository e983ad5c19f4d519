/**
 * Walks every structure and holds each against the others. A test door: nobody may be at work meanwhile.
 *
 * verify() answers 0, or the number of the first law that is broken; verifyAt() then names the place.
 */
import { epochOf, countOf, readCount } from './count';
import { Block, FREE, MIN_BLOCK, PREV_FREE, SIZE_MASK, freeListHead } from './heap';
import { BLOCK_HEADER, ENTRY_BYTES, FLIGHT_BYTES, arenaAt, header, shardAt, slotAt } from './layout';
import { isHeld, read } from './lock';
import { Arena, Entry, FL_COUNT, Flight, SL_COUNT, Shard, WHEEL_BUCKETS, WHEEL_LEVELS } from './records';
import { siphash13 } from './hash';
import { bucketOfHash, keyInfoOf, keyLengthOf, lengthOf, shardOfHash } from './table';
import { wheelHead, wheelPlace, wheelBit } from './wheel';

let at: usize = 0;
let live: u32 = 0;

/** Address of the record, block or list head where the broken law was found. */
export function verifyAt(): usize {
  return at;
}

export function verify(): i32 {
  live = 0;
  for (let i: u32 = 0; i < header().shardCount; i++) {
    const broken = verifyShard(shardAt(i));
    if (broken != 0) return broken;
  }
  at = 0;
  if (live != countOf(readCount())) return 1; // the count is the number of entries of this epoch
  for (let i: u32 = 0; i < header().arenaCount; i++) {
    const broken = verifyArena(arenaAt(i));
    if (broken != 0) return broken;
  }
  for (let i: u32 = 0; i < header().slotCount; i++) {
    at = changetype<usize>(slotAt(i));
    if (slotAt(i).hand != 0 || slotAt(i).garbage != 0) return 2; // nobody has a block in hand
  }
  return 0;
}

function verifyShard(shard: Shard): i32 {
  at = changetype<usize>(shard);
  if (isHeld(read(at))) return 10; // no lock is held
  if (shard.stamp != u64.MAX_VALUE) return 11; // the sentinel is newer than every entry
  let listed: u32 = 0;
  let before = changetype<usize>(shard);
  let stamp = u64.MAX_VALUE;
  for (at = shard.lruNext; at != changetype<usize>(shard); at = changetype<Entry>(at).lruNext) {
    const entry = changetype<Entry>(at);
    if (++listed > header().recordsPerShard) return 12; // the list ends
    if (entry.lruPrev != before) return 13; // both directions agree
    if (entry.stamp >= stamp) return 14; // newest first, no stamp twice
    const broken = verifyEntry(shard, entry);
    if (broken != 0) return broken;
    before = at;
    stamp = entry.stamp;
  }
  if (shard.lruPrev != before) return 15;
  if (listed != shard.used) return 16; // every record in use is in the list
  return (
    verifyRecords(shard, listed) || verifyChains(shard, listed) || verifyWheel(shard) || verifyFlights(shard)
  );
}

function verifyEntry(shard: Shard, entry: Entry): i32 {
  if (entry.version == 0) return 20; // in use: it has a version
  if (entry.version > read(changetype<usize>(shard)) >> 10) return 21; // from the shard's sequence
  const block = entry.block;
  if (block < header().heap || block >= header().slots) return 22; // its block is in the heap
  if (changetype<Block>(block).owner != <u32>changetype<usize>(entry)) return 23; // and knows it
  const info = changetype<Block>(block).info;
  if (info & FREE) return 24;
  const length = keyLengthOf(entry.keyInfo);
  if (length + lengthOf(entry.valueInfo) + <u32>BLOCK_HEADER > (info & SIZE_MASK)) return 25; // large enough
  const hash = siphash13(block + BLOCK_HEADER, length, header().seed0, header().seed1);
  if (shardOfHash(hash) != shard) return 26; // the key belongs to this shard
  if (keyInfoOf(hash, entry.keyInfo & 0xfffff) != entry.keyInfo) return 27; // its tag is that of its key
  let found = <usize>load<u32>(bucketOfHash(shard, hash));
  while (found != 0 && found != changetype<usize>(entry)) found = changetype<Entry>(found).chainNext;
  if (found == 0) return 28; // it is in its bucket's chain
  if ((entry.deadline != 0) != (entry.wheelPrev != 0)) return 29; // in the wheel if it has a deadline
  if (entry.epoch == epochOf(readCount())) live++;
  return 0;
}

function verifyRecords(shard: Shard, listed: u32): i32 {
  let free: u32 = 0;
  for (at = shard.free; at != 0; at = changetype<Entry>(at).lruNext) {
    if (++free > header().recordsPerShard) return 30; // the free list ends
    if (changetype<Entry>(at).version != 0 || changetype<Entry>(at).block != 0) return 31; // a free record never validates
  }
  const unused = <u32>((shard.recordsEnd - shard.fresh) / ENTRY_BYTES);
  return free + unused + listed == header().recordsPerShard ? 0 : 32; // no record is lost
}

function verifyChains(shard: Shard, listed: u32): i32 {
  let chained: u32 = 0;
  for (let i: u32 = 0; i <= header().bucketMask; i++) {
    let before = shard.buckets + <usize>(i << 2);
    for (at = <usize>load<u32>(before); at != 0; at = changetype<Entry>(at).chainNext) {
      if (++chained > listed) return 40; // chains end, and hold no record twice
      if (changetype<Entry>(at).chainPrev != before) return 41; // both directions agree
      before = at;
    }
  }
  return chained == listed ? 0 : 42;
}

function verifyWheel(shard: Shard): i32 {
  for (let level: u32 = 0; level < WHEEL_LEVELS; level++) {
    for (let slot: u32 = 0; slot < WHEEL_BUCKETS; slot++) {
      let before = wheelHead(shard, level, slot);
      at = <usize>load<u32>(before);
      if ((at != 0) != wheelBit(shard, level, slot)) return 50; // a bit is set exactly for a bucket that holds something
      for (; at != 0; at = changetype<Entry>(at).wheelNext) {
        const entry = changetype<Entry>(at);
        if (entry.wheelPrev != before) return 51; // both directions agree
        if (entry.deadline == 0) return 52;
        // where its deadline belongs, or in a bucket the wheel has just entered
        const entered = level > 0 && slot == <u32>((shard.wheelTick >> (<u64>level * 6)) & 63);
        const late = entry.deadline >> 10 < shard.wheelTick;
        if (!entered && !late && wheelPlace(shard, entry) != ((level << 6) | slot)) return 53;
        before = at + offsetof<Entry>('wheelNext');
      }
    }
  }
  return 0;
}

function verifyFlights(shard: Shard): i32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < header().flightsPerShard; i++) {
    let before = shard.flightBuckets + <usize>(i << 2);
    for (at = <usize>load<u32>(before); at != 0; at = changetype<Flight>(at).chainNext) {
      const flight = changetype<Flight>(at);
      if (++found > shard.flightCount) return 80; // chains end, and hold no flight twice
      if (flight.chainPrev != before) return 81; // both directions agree
      if (flight.ticket == 0 || flight.ticket > read(changetype<usize>(shard)) >> 10) return 82; // in the air
      if ((<u32>flight.hash & (header().flightsPerShard - 1)) != i) return 83; // it is in its bucket's chain
      before = at;
    }
  }
  if (found != shard.flightCount) return 84; // every flight is found
  for (at = shard.flightFree; at != 0; at = changetype<Flight>(at).nextFree) {
    if (++found > header().flightsPerShard) return 85; // the free list ends
    if (changetype<Flight>(at).ticket != 0) return 86; // a free record is nobody's
  }
  const fresh = <u32>((shard.flightsEnd - shard.flightFresh) / FLIGHT_BYTES);
  return found + fresh == header().flightsPerShard ? 0 : 87; // no record is lost
}

function verifyArena(arena: Arena): i32 {
  let used: u32 = 0;
  let free: u32 = 0;
  let wasFree = false;
  if (isHeld(read(changetype<usize>(arena)))) return 60;
  if (arena.claim != 0) return 61;
  for (at = arena.start; at < arena.end; ) {
    const block = changetype<Block>(at);
    const size = block.info & SIZE_MASK;
    if (size < MIN_BLOCK || at + <usize>size > arena.end) return 62; // edge to edge
    if (((block.info & PREV_FREE) != 0) != wasFree) return 63;
    wasFree = (block.info & FREE) != 0;
    if (wasFree) {
      if (block.info & PREV_FREE) return 64; // no two free neighbours
      if (<usize>load<u32>(at + <usize>size - 4) != at) return 65;
      free++;
    } else {
      const owner = changetype<Entry>(<usize>block.owner);
      if (block.owner & 1 || block.owner == 0 || owner.block != at) return 66; // no block is lost
      used += size;
    }
    at += <usize>size;
  }
  if (at != arena.end || changetype<Block>(at).info != (wasFree ? PREV_FREE : 0)) return 67;
  if (used != arena.used) return 68;
  return verifyFreeLists(arena, free);
}

function verifyFreeLists(arena: Arena, free: u32): i32 {
  let listed: u32 = 0;
  for (let row: u32 = 0; row < FL_COUNT; row++) {
    for (let column: u32 = 0; column < SL_COUNT; column++) {
      let before: usize = 0;
      for (at = freeListHead(arena, row, column); at != 0; at = changetype<Block>(at).nextFree) {
        const block = changetype<Block>(at);
        if (++listed > free) return 70;
        if ((block.info & FREE) == 0 || block.prevFree != before) return 71;
        before = at;
      }
    }
  }
  return listed == free ? 0 : 72;
}
