/** What the threads of a scenario do, as data: played against the engine, and explained by the specification. */
import { Buffer } from 'node:buffer';

/** The time of an action that does not say otherwise, in µs. */
export const NOW = 1_000_000;

/** Stores a value. */
export interface Put {
  readonly kind: 'put';
  readonly key: string;
  readonly value: string;
  readonly now: number;
  /** 0: it never expires. */
  readonly ttl: number;
  /** As if many entries had gone in vain already to make room for it: a stretch of the heap is emptied. */
  readonly urgent?: true;
}

/** Begins a put of a large value and leaves it: the block stays in hand. */
export interface Reserve {
  readonly kind: 'reserve';
  readonly key: string;
  readonly value: string;
  readonly now: number;
}

/** Reads a value. */
export interface Read {
  readonly kind: 'get' | 'peek';
  readonly key: string;
  readonly now: number;
  /** A large value: writers are asked to wait at once, not only after a copy in vain. */
  readonly holds?: true;
}

/** Reads and writes in one step. */
export interface Change {
  /** `swap` stores a value and answers the one before; `add` adds the value, a number, to that of the key. */
  readonly kind: 'putIfAbsent' | 'swap' | 'add';
  readonly key: string;
  readonly value: string;
  readonly now: number;
  readonly ttl: number;
}

/** A hit on a value that the thread has decoded, at its last get of the key. */
export interface Near {
  readonly kind: 'near';
  readonly key: string;
  readonly now: number;
}

/** Tries to become the one who loads a key, for so many µs. */
export interface Claim {
  readonly kind: 'claim';
  readonly key: string;
  readonly now: number;
  readonly lease: number;
  /** A key that is there counts only when it still will be in so many µs. */
  readonly ahead: number;
  /** When another thread loads it, that is asked to tell how that ends. */
  readonly awaits?: true;
}

/** Stores what this thread has loaded. Nothing happens when it never claimed the key. */
export interface Land {
  readonly kind: 'land';
  readonly key: string;
  readonly value: string;
  readonly now: number;
  readonly ttl: number;
}

/** One operation on the cache. Times are µs. */
export type Action =
  | Put
  | Reserve
  | Read
  | Near
  | Change
  | Claim
  | Land
  /** Ends this thread's load of a key, stored or not. */
  | { readonly kind: 'end'; readonly key: string }
  | { readonly kind: 'has' | 'ttl' | 'delete' | 'take'; readonly key: string; readonly now: number }
  | { readonly kind: 'touch'; readonly key: string; readonly now: number; readonly ttl: number }
  | { readonly kind: 'clear'; readonly now: number }
  | { readonly kind: 'size' }
  /** Ends the cache for everybody. */
  | { readonly kind: 'close' }
  /** Goes through all entries, by their places or in the order of use. */
  | { readonly kind: 'scan' | 'walk'; readonly now: number }
  /** The cleaner's round through one shard. */
  | { readonly kind: 'clean'; readonly shard: number; readonly now: number; readonly steps: number }
  /** Goes on to what comes next once another thread is dead, and gives its slot back. */
  | { readonly kind: 'reap'; readonly thread: number }
  /** Nobody's action: a shard is emptied because somebody died with its lock. It holds these keys, and all loads. */
  | { readonly kind: 'lose'; readonly keys: readonly string[] };

interface Times {
  readonly now?: number;
  readonly ttl?: number;
}

interface Claiming {
  readonly now?: number;
  readonly lease?: number;
  readonly ahead?: number;
}

/** µs */
const LEASE = 30_000_000;
/** More than a scenario needs. */
const CLEANER_STEPS = 64;

/** Stores a value; a long one travels by way of a block of its own. */
export function put(key: string, value: string, { now = NOW, ttl = 0 }: Times = {}): Action {
  return { kind: 'put', key, value, now, ttl };
}

/** The same when it is hard to find room. */
export function urgentPut(key: string, value: string): Action {
  return { kind: 'put', key, value, now: NOW, ttl: 0, urgent: true };
}

/** Reads a value, which becomes the most recently used. */
export function get(key: string, now = NOW): Action {
  return { kind: 'get', key, now };
}

/** The same of a large value, and asks writers to wait meanwhile. */
export function holdingGet(key: string): Action {
  return { kind: 'get', key, now: NOW, holds: true };
}

/** Reads a value without effect. */
export function peek(key: string, now = NOW): Action {
  return { kind: 'peek', key, now };
}

/** Asks for a key without effect. */
export function has(key: string, now = NOW): Action {
  return { kind: 'has', key, now };
}

/** Asks how long a key will be there, without effect. */
export function ttl(key: string, now = NOW): Action {
  return { kind: 'ttl', key, now };
}

/** Deletes a key. */
export function remove(key: string, now = NOW): Action {
  return { kind: 'delete', key, now };
}

/** Stores a value if the key is not there. */
export function putIfAbsent(key: string, value: string, { now = NOW, ttl = 0 }: Times = {}): Action {
  return { kind: 'putIfAbsent', key, value, now, ttl };
}

/** Stores a value and answers the one before, by versions. */
export function swap(key: string, value: string, { now = NOW, ttl = 0 }: Times = {}): Action {
  return { kind: 'swap', key, value, now, ttl };
}

/** Adds to a number that is there. */
export function add(key: string, by: number, { now = NOW, ttl = 0 }: Times = {}): Action {
  return { kind: 'add', key, value: double(by), now, ttl };
}

/** Removes a key and answers its value. */
export function take(key: string, now = NOW): Action {
  return { kind: 'take', key, now };
}

/** Gives an entry another time to live. */
export function touch(key: string, ttl: number, now = NOW): Action {
  return { kind: 'touch', key, now, ttl };
}

/** Asks whether the value that the thread has decoded is still the one in the cache. */
export function near(key: string, now = NOW): Action {
  return { kind: 'near', key, now };
}

/** Empties the cache. */
export function clear(now = NOW): Action {
  return { kind: 'clear', now };
}

/** Ends the cache. */
export function close(): Action {
  return { kind: 'close' };
}

/** Asks for the number of entries. */
export function size(): Action {
  return { kind: 'size' };
}

/** Goes through all entries by their places, one in each call. */
export function scan(now = NOW): Action {
  return { kind: 'scan', now };
}

/** Goes through all entries from the oldest to the newest. */
export function walk(now = NOW): Action {
  return { kind: 'walk', now };
}

/** The cleaner’s round through one shard. */
export function clean(now: number, shard = 0): Action {
  return { kind: 'clean', shard, now, steps: CLEANER_STEPS };
}

/** One step of it. */
export function cleanOnce(now: number): Action {
  return { kind: 'clean', shard: 0, now, steps: 1 };
}

/** Tries to become the one who loads a key. */
export function claim(key: string, { now = NOW, lease = LEASE, ahead = 0 }: Claiming = {}): Action {
  return { kind: 'claim', key, now, lease, ahead };
}

/** The same; when another thread loads it, that one is asked to tell how that ends. */
export function join(key: string, now = NOW): Action {
  return { kind: 'claim', key, now, lease: LEASE, ahead: 0, awaits: true };
}

/** Stores what this thread has loaded. */
export function land(key: string, value: string, { now = NOW, ttl = 0 }: Times = {}): Action {
  return { kind: 'land', key, value, now, ttl };
}

/** Ends this thread’s load of a key. */
export function end(key: string): Action {
  return { kind: 'end', key };
}

/** Begins a put of a large value and leaves it. */
export function reserve(key: string, value: string, now = NOW): Action {
  return { kind: 'reserve', key, value, now };
}

/** Waits until another thread is dead, and gives its slot back. */
export function reap(thread: number): Action {
  return { kind: 'reap', thread };
}

/** A value of so many bytes, all the same, so that one put together from two is noticed. */
export function long(letter: string, bytes: number): string {
  return letter.repeat(bytes);
}

/** A number as a value: its eight bytes. */
export function double(number: number): string {
  return Buffer.from(Float64Array.of(number).buffer).toString('latin1');
}

/** The number that a value is, from its bytes. */
export function numberIn(value: string): number {
  return Buffer.from(value, 'latin1').readDoubleLE(0);
}

/** The short name of a value; TORN for one that is not all of a piece. */
export function label(value: string): string {
  const letter = value[0] ?? '';
  if (value.length < 4) return value;
  if (value.length === 8 && value[0] === '\0') return `#${numberIn(value)}`;
  return value === letter.repeat(value.length) ? `${letter}*${value.length}` : TORN;
}

/** Stands for a value that nobody has put. */
export const TORN = 'TORN';
