import { type CacheError, cacheError, cacheTypeError } from '../errors.js';
import { engineModuleBase64 } from '../generated/engine-module.js';

/** Changes with the layout of the memory, and with whatever else stands here. As engine/layout.ts. */
export const LAYOUT_VERSION = 4;

/** What a call of the engine answers; 0 and above is success. As engine/status.ts. */
export const Status = {
  OK: 0,
  REPLACED: 1,
  MISS: -1,
  CLOSED: -2,
  NEEDS_CLOCK: -3,
  BUSY: -4,
  LARGE: -5,
  REMOVED: -6,
  EXPIRED: -7,
  NO_ROOM: -8,
  CONFLICT: -9,
  NOT_NUMBER: -10,
  FLYING: -11,
  OWN_FLIGHT: -12,
  NO_FLIGHT: -13,
} as const;

/** Flag of an engine call: answer REMOVED after each removal. As engine/status.ts. */
export const REPORT = 1;

/** `slot.removedCause`. As engine/status.ts. */
export const CAUSE_EXPIRED = 2;

/** Longest value that travels through a thread's scratch, and longest encoded key, in bytes. As engine/layout.ts. */
export const VALUE_SCRATCH = 8192;
export const MAX_KEY = 65536;

/** The order of the engine's counters. */
export const counters = [
  'hits',
  'misses',
  'puts',
  'deletes',
  'evictions',
  'expired',
  'rebuilds',
  'loads',
  'loadFailures',
  'loadMicros',
  'waits',
  'staleServed',
] as const;

/** The engine's exports: addresses and lengths are u32 that arrive as i32, times are µs. See engine/index.ts. */
export interface Engine {
  plan(pages: number, maxSize: number, shards: number): number;
  initialize(
    pages: number,
    maxSize: number,
    shards: number,
    now: number,
    seed0: number,
    seed1: number,
    seed2: number,
    seed3: number,
  ): number;
  isCompatible(): number;
  assumeStrongOrder(): void;
  claimSlot(thread: number, start: number): number;
  adoptSlot(index: number, deadThread: number, deadStart: number, thread: number, start: number): number;
  reapSlot(index: number, deadThread: number, deadStart: number, byThread: number, byStart: number): number;
  isClaim(at: number): number;
  liftClaim(at: number, number: number): number;
  emptyHands(): number;
  rebuildOwnedBy(number: number): number;
  releaseSlot(): number;
  get(key: number, now: number): number;
  nearHit(record: number, version: number, deadline: number): number;
  peek(key: number, now: number): number;
  has(key: number, now: number): number;
  reserve(key: number, value: number, now: number, flags: number): number;
  put(key: number, value: number, now: number, ttl: number, flags: number): number;
  putIf(key: number, value: number, now: number, ttl: number, flags: number, version: number): number;
  claimFlight(key: number, asOf: number, now: number, until: number): number;
  awaitFlight(at: number, ticket: number): number;
  flightState(at: number, ticket: number, now: number): number;
  isAwaited(at: number, ticket: number): number;
  isLanding(at: number, ticket: number): number;
  landFlight(
    key: number,
    value: number,
    now: number,
    ttl: number,
    flags: number,
    at: number,
    ticket: number,
  ): number;
  endFlight(at: number, ticket: number): number;
  dropFlights(number: number): number;
  dropOverdue(then: number): number;
  keepStale(micros: number): void;
  tally(index: number, by: number): void;
  deleteKey(key: number, now: number): number;
  take(key: number, version: number, now: number): number;
  add(key: number, value: number, by: number, now: number, ttl: number): number;
  ttl(key: number, now: number): number;
  touch(key: number, now: number, ttl: number): number;
  clear(now: number): number;
  size(): number;
  scan(start: number, low: number, high: number, now: number, withValue: number): number;
  scanAt(low: number, high: number, now: number, withValue: number): number;
  survey(start: number, now: number): number;
  confirm(touch: number, now: number): number;
  hold(now: number, until: number): number;
  endHold(until: number): number;
  clean(shard: number, now: number, most: number, flags: number): number;
  markClosed(): void;
  counter(index: number): number;
  threads(): number;
  bytesUsed(): number;
  verify(): number;
  verifyAt(): number;
  slotAddress(index: number): number;
  slotCount(): number;
  shardCount(): number;
  bucketCount(): number;
  maxSize(): number;
  pages(): number;
  valueLimit(): number;
}

/** A load under way, of whichever thread: its record's address, and a number that no other load of the cache has there. */
export interface Flight {
  readonly at: number;
  readonly ticket: number;
}

/** The places in memory that the engine names for the host, as numbers. See engine/host.ts. */
export interface Places {
  readonly slotHand: number;
  readonly slotGarbage: number;
  readonly slotRemovedKey: number;
  readonly slotRemovedCause: number;
  readonly slotBusyAt: number;
  readonly slotBusyOwner: number;
  readonly slotEntry: number;
  readonly slotEntryVersion: number;
  readonly slotEntryDeadline: number;
  readonly slotEntryValueAt: number;
  readonly slotEntryValue: number;
  readonly slotExpired: number;
  readonly slotRebuilds: number;
  readonly slotRoomMade: number;
  readonly slotPressed: number;
  readonly flightTicket: number;
  readonly slotScanHash: number;
  readonly slotScanBucket: number;
  readonly slotScanKey: number;
  readonly slotKey: number;
  readonly slotValue: number;
  readonly blockPayload: number;
  readonly cleanerLease: number;
  readonly cleanerBeat: number;
  readonly pressureWarned: number;
}

let compiled: WebAssembly.Module | undefined;

/** @throws {@link CacheError} `ERR_UNSUPPORTED_RUNTIME` */
export function requireWebAssembly(doing: string): void {
  if (typeof WebAssembly !== 'undefined') return;
  throw cacheError(
    'ERR_UNSUPPORTED_RUNTIME',
    `Cannot ${doing}: there is no WebAssembly here, a runtime with WebAssembly threads is required (not --jitless)`,
  );
}

/** Makes the error for a handle that leads to no cache of this version. */
export function incompatible(whatIs: string): CacheError {
  return cacheTypeError(
    'ERR_INCOMPATIBLE_HANDLE',
    `Cannot attach to the cache: ${whatIs}, the handle of a cache made by this version is required`,
  );
}

/** Compiles the engine, once per thread that creates caches; other threads get the compiled module. */
export function engineModule(): WebAssembly.Module {
  requireWebAssembly('create a cache');
  compiled ??= new WebAssembly.Module(Buffer.from(engineModuleBase64, 'base64'));
  return compiled;
}

/**
 * One thread's instance of the engine over a cache's memory.
 *
 * @throws {@link CacheError} `ERR_INCOMPATIBLE_HANDLE` when the module is not the engine, or the memory not shared.
 */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): { engine: Engine; places: Places } {
  const exports = exportsOf(module, memory);
  if (typeof exports?.['isCompatible'] !== 'function') throw incompatible('its module is not the engine');
  const engine = exports as unknown as Engine;
  // x86-64 keeps loads in order: readers need not write to the lock (engine/lock.ts)
  if (process.arch === 'x64') engine.assumeStrongOrder();
  // at once: V8 makes a slow table of an object that so many properties are assigned to one by one
  const places = Object.fromEntries(
    Object.entries(exports).flatMap(([name, value]) =>
      value instanceof WebAssembly.Global ? [[name, Number(value.value)]] : [],
    ),
  );
  return { engine, places: places as unknown as Places };
}

function exportsOf(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Record<string, unknown> | undefined {
  try {
    return new WebAssembly.Instance(module, { env: { memory } }).exports;
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) return undefined;
    throw error;
  }
}
