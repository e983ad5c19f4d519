/** Loading a key: one leader over all threads, who claims its flight, lands it and ends it. See flights.ts. */
import { busyLock } from './blocks';
import { isClosed, readCount } from './count';
import {
  awaitSection,
  claim,
  endSection,
  findFlight,
  mayLand,
  shardIndexOfFlight,
  takeOverSection,
} from './flights';
import { FLIGHT_BYTES, GRACE_WORD, header, shardAt } from './layout';
import { isHeld, nextVersion, readFree, unchanged } from './lock';
import {
  LANDING,
  LOCKED,
  aim,
  hash,
  keyInfo,
  lock,
  look,
  setLanding,
  shard,
  word,
  write,
} from './operations';
import { Entry, Flight, Slot } from './records';
import { judge } from './sections';
import { mine, myNumber } from './self';
import { BUSY, CLOSED, CONFLICT, EXPIRED, FLYING, MISS, NO_FLIGHT, OK, OWN_FLIGHT, RETRY } from './status';
import { CHANGED, Sized } from './table';

/** No slot has this number. */
const NOBODY: u32 = 0;

/** Leaves in the slot which flight it is, for the host. */
@inline
function tell(at: usize, ticket: u64, result: i32): i32 {
  mine.entry = at;
  mine.entryVersion = ticket;
  return result;
}

/**
 * The same for a flight that this thread has just begun from `word`. The record may be another thread's by now, or free,
 * so the ticket is not read there.
 */
@inline
function leads(at: usize): i32 {
  return tell(at, nextVersion(word), OK);
}

/**
 * Makes this thread the one that loads a key, until `until` (µs), also in place of one whose lease has ended or whose
 * flight is fenced. `asOf` is when the entry must be over for that: now,
 * or some time ahead to load it before it expires. OK: it leads; CONFLICT: the key is there, FLYING: another thread
 * leads, OWN_FLIGHT: this one does already, NO_FLIGHT: there are too many, CLOSED or BUSY. After OK and FLYING the slot
 * holds the flight's address and ticket.
 */
export function claimFlight(key: Sized, asOf: f64, now: f64, until: f64): i32 {
  aim(key);
  while (true) {
    if (isClosed(readCount())) return CLOSED;
    const entryAt = look();
    if (entryAt == LOCKED) return BUSY;
    if (entryAt != 0 && judge(changetype<Entry>(entryAt), <u64>asOf) == OK) {
      if (unchanged(lock, word)) return CONFLICT;
      continue;
    }
    const at = findFlight(shard, word, hash, keyInfo);
    if (at == CHANGED) continue;
    if (at == 0) {
      const made = claim(shard, word, hash, keyInfo, <u64>until);
      if (made == <usize>RETRY) continue;
      return made == <usize>NO_FLIGHT ? NO_FLIGHT : leads(made);
    }
    const flight = changetype<Flight>(at);
    // who comes after a write of the key must not get what was loaded before it
    if (flight.deadline <= <u64>now || !mayLand(flight, flight.ticket)) {
      if (takeOverSection(shard, word, flight, <u64>until) == OK) return leads(at);
      continue;
    }
    const result = tell(at, flight.ticket, flight.owner == myNumber ? OWN_FLIGHT : FLYING);
    if (unchanged(lock, word)) return result;
  }
}

/** Asks the leader of a flight to say how it ends. OK, MISS (it has ended) or BUSY. */
export function awaitFlight(at: usize, ticket: f64): i32 {
  const shard = shardAt(shardIndexOfFlight(at));
  const lock = changetype<usize>(shard);
  while (true) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    const result = awaitSection(shard, word, changetype<Flight>(at), <u64>ticket);
    if (result != RETRY) return result;
  }
}

/** Owner number of a flight's leader, MISS (it has ended), EXPIRED (the lease has) or CLOSED. A look without a lock. */
export function flightState(at: usize, ticket: f64, now: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  const flight = changetype<Flight>(at);
  const owner = flight.owner;
  const deadline = flight.deadline;
  if (atomic.load<u64>(at, offsetof<Flight>('ticket')) != <u64>ticket) return MISS;
  return deadline <= <u64>now ? EXPIRED : <i32>owner;
}

/** Whether a value that this flight brings would be stored: OK or MISS. A look without a lock: it may change. */
export function isLanding(at: usize, ticket: f64): i32 {
  return mayLand(changetype<Flight>(at), <u64>ticket) ? OK : MISS;
}

/** Whether somebody waits to be told how this flight ends: OK or MISS. A look without a lock: it may change. */
export function isAwaited(at: usize, ticket: f64): i32 {
  const flight = changetype<Flight>(at);
  return flight.ticket == <u64>ticket && flight.isAwaited != 0 ? OK : MISS;
}

/** Stores the value that a flight has brought: as put(), or CONFLICT when the flight was fenced or is another's now. */
export function landFlight(
  key: Sized,
  value: Sized,
  now: f64,
  ttl: f64,
  flags: u32,
  at: usize,
  ticket: f64,
): i32 {
  setLanding(changetype<Flight>(at), <u64>ticket);
  return write(key, value, now, ttl, flags, LANDING);
}

/** Ends a flight. OK, REPLACED (somebody waits to be told), MISS (it has ended already) or BUSY. */
export function endFlight(at: usize, ticket: f64): i32 {
  return end(at, <u64>ticket);
}

function end(at: usize, ticket: u64): i32 {
  const shard = shardAt(shardIndexOfFlight(at));
  const lock = changetype<usize>(shard);
  while (true) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    const result = endSection(shard, word, changetype<Flight>(at), ticket);
    if (result != RETRY) return result;
  }
}

/** Ends every flight of a slot, whose thread leaves or is dead. OK or BUSY. */
export function dropFlights(number: u32): i32 {
  return drop(number, 0);
}

/** Ends every flight whose lease was over before `then` (µs): nobody has taken it over, and its leader may be dead. OK or BUSY. */
export function dropOverdue(then: f64): i32 {
  return drop(NOBODY, <u64>then);
}

/** Ends the flights of a slot, and those whose lease was over before. */
function drop(number: u32, then: u64): i32 {
  for (let i: u32 = 0; i < header().shardCount; i++) {
    const shard = shardAt(i);
    if (shard.flightCount == 0) continue;
    const start = header().flights + <usize>(i * header().flightsPerShard) * FLIGHT_BYTES;
    for (let at = start; at < shard.flightFresh; at += FLIGHT_BYTES) {
      const ticket = atomic.load<u64>(at, offsetof<Flight>('ticket'));
      const flight = changetype<Flight>(at);
      if (ticket == 0 || (flight.owner != number && flight.deadline >= then)) continue;
      if (end(at, ticket) == BUSY) return BUSY;
    }
  }
  return OK;
}

/** From now on expired entries stay for at least so many µs, for who takes them stale. It only grows. */
export function keepStale(micros: f64): void {
  while (true) {
    const seen = atomic.load<u64>(GRACE_WORD);
    if (seen >= <u64>micros || atomic.cmpxchg<u64>(GRACE_WORD, seen, <u64>micros) == seen) return;
  }
}

/** Adds to one of this thread's figures on loading, by its number in the order of counter(). */
export function tally(index: u32, by: f64): void {
  const at = changetype<usize>(mine) + offsetof<Slot>('hits') + ((<usize>index) << 3);
  store<u64>(at, load<u64>(at) + <u64>by);
}
