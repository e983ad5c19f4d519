/**
 * Flights: who loads a key just now. A claim is one per key over all threads; a write of the key fences it, and a value
 * that arrives by a fenced flight is not stored. They belong to a shard and are protected by its lock, as its entries
 * are: what was found under a lock word holds for the section that takes the lock from that word.
 *
 * Invariants:
 *   1. A key has at most one flight. Claims look for it under the word they take the lock from.
 *   2. A section that changes an entry at the wish of a caller runs only from a word under which the flight of the key,
 *      if there is one, is fenced already (fence()). A claim moves the sequence on, so it cannot come in between.
 *      Evictions and expiries fence nothing.
 *   3. A flight lands (its value is stored) only from a word under which its ticket is still its own and it is not
 *      fenced, and in the epoch in which it began: `clear` fences all flights by that.
 *   4. A ticket is the shard's sequence: it never comes again. 0: the record is free. So a leader whose lease has ended,
 *      or whose shard was rebuilt, finds another ticket and cannot land.
 *
 * A flight is found by its key's hash and a second one with another secret key, 128 bits together: the bytes of the key
 * may be as long as 64 KiB and are not kept.
 */
import { siphash13 } from './hash';
import { epochOf, readCount } from './count';
import { FLIGHT_BYTES, header } from './layout';
import { chainLink, chainUnlink } from './list';
import { nextVersion, read, releaseChanged, releaseUnchanged, tryLock } from './lock';
import { Entry, Flight, Shard } from './records';
import { myNumber, keyScratch } from './self';
import { MISS, NO_FLIGHT, OK, REPLACED, RETRY } from './status';
import { CHANGED, keyLengthOf } from './table';

const STRIDE_MASK: u32 = 63;

@inline
function bucketOf(shard: Shard, hash: u64): usize {
  return shard.flightBuckets + <usize>((<u32>hash & (header().flightsPerShard - 1)) << 2);
}

/** The second hash of the key in the scratch. */
@inline
function secondHash(keyInfo: u32): u64 {
  return siphash13(keyScratch, keyLengthOf(keyInfo), ~header().seed1, ~header().seed0);
}

/** The shard whose flight this is. */
@inline
export function shardIndexOfFlight(at: usize): u32 {
  return <u32>((at - header().flights) / (<usize>header().flightsPerShard * FLIGHT_BYTES));
}

/** The flight of the key in the scratch, 0, or CHANGED. */
export function findFlight(shard: Shard, word: u64, hash: u64, keyInfo: u32): usize {
  if (shard.flightCount == 0) return 0;
  const second = secondHash(keyInfo);
  let at = <usize>load<u32>(bucketOf(shard, hash));
  let steps: u32 = 0;
  while (at != 0) {
    const flight = changetype<Flight>(at);
    if (flight.hash == hash && flight.second == second && flight.keyInfo == keyInfo) return at;
    at = flight.chainNext;
    if ((++steps & STRIDE_MASK) == 0 && read(changetype<usize>(shard)) != word) return CHANGED;
  }
  return 0;
}

/** Section: from now on the flight cannot land. OK or RETRY. */
function fenceSection(shard: Shard, word: u64, flight: Flight): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  flight.isFenced = 1;
  // who was about to let it land must look again
  releaseChanged(lock, word);
  return OK;
}

/**
 * For who is going to change the entry of the key in the scratch under `word`: OK when no flight of it could still land,
 * RETRY: look again.
 */
@inline
export function fence(shard: Shard, word: u64, hash: u64, keyInfo: u32): i32 {
  return shard.flightCount == 0 ? OK : fenceFlight(shard, word, hash, keyInfo);
}

function fenceFlight(shard: Shard, word: u64, hash: u64, keyInfo: u32): i32 {
  const at = findFlight(shard, word, hash, keyInfo);
  if (at == 0) return OK;
  if (at == CHANGED) return RETRY;
  const flight = changetype<Flight>(at);
  if (flight.isFenced != 0) return OK;
  fenceSection(shard, word, flight);
  return RETRY;
}

/** What a flight that begins under `word` has of its own. */
@inline
function begin(flight: Flight, word: u64, until: u64): void {
  flight.owner = myNumber;
  flight.epoch = epochOf(readCount());
  flight.isFenced = 0;
  flight.isAwaited = 0;
  flight.deadline = until;
  atomic.store<u64>(changetype<usize>(flight), nextVersion(word), offsetof<Flight>('ticket'));
}

/** Section: a new flight of this thread for a key that has none. OK, RETRY or NO_FLIGHT. Its address: flightOf(). */
function claimSection(shard: Shard, word: u64, hash: u64, second: u64, keyInfo: u32, until: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  const at =
    shard.flightFree != 0 ? shard.flightFree : shard.flightFresh < shard.flightsEnd ? shard.flightFresh : 0;
  if (at == 0) {
    releaseUnchanged(lock, word);
    return NO_FLIGHT;
  }
  const flight = changetype<Flight>(at);
  if (shard.flightFree == at) shard.flightFree = flight.nextFree;
  else shard.flightFresh = at + FLIGHT_BYTES;
  flight.hash = hash;
  flight.second = second;
  flight.keyInfo = keyInfo;
  chainLink(bucketOf(shard, hash), changetype<Entry>(at));
  shard.flightCount += 1;
  begin(flight, word, until);
  claimed = at;
  releaseChanged(lock, word);
  return OK;
}

/** The flight that claimSection has made. */
let claimed: usize = 0;

/** As claimSection; the flight's address, NO_FLIGHT or RETRY (no addresses). */
export function claim(shard: Shard, word: u64, hash: u64, keyInfo: u32, until: u64): usize {
  const result = claimSection(shard, word, hash, secondHash(keyInfo), keyInfo, until);
  return result == OK ? claimed : <usize>result;
}

/** Section: this thread goes on in place of the flight's leader, with a ticket of its own. OK or RETRY. */
export function takeOverSection(shard: Shard, word: u64, flight: Flight, until: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  begin(flight, word, until);
  releaseChanged(lock, word);
  return OK;
}

/** Section: its leader shall say how the flight has ended. OK, MISS (it has ended) or RETRY. */
export function awaitSection(shard: Shard, word: u64, flight: Flight, ticket: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  const isSame = flight.ticket == ticket;
  if (isSame) flight.isAwaited = 1;
  releaseUnchanged(lock, word);
  return isSame ? OK : MISS;
}

/** Section: ends a flight. OK, REPLACED (somebody waits to be told), MISS (it has another ticket) or RETRY. */
export function endSection(shard: Shard, word: u64, flight: Flight, ticket: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  if (flight.ticket != ticket) {
    releaseUnchanged(lock, word);
    return MISS;
  }
  atomic.store<u64>(changetype<usize>(flight), 0, offsetof<Flight>('ticket'));
  chainUnlink(changetype<Entry>(changetype<usize>(flight)));
  flight.nextFree = shard.flightFree;
  shard.flightFree = changetype<usize>(flight);
  shard.flightCount -= 1;
  const isAwaited = flight.isAwaited;
  releaseChanged(lock, word);
  return isAwaited != 0 ? REPLACED : OK;
}

/** Whether a flight may land. Counts under a lock word only, for the section that takes the lock from it. */
@inline
export function mayLand(flight: Flight, ticket: u64): bool {
  return flight.ticket == ticket && flight.isFenced == 0 && flight.epoch == epochOf(readCount());
}
