/** What the host calls. Numbers only: addresses and lengths are u32, times are µs as f64. */

export { applyLogs } from './accesses';
export { initialize, isCompatible, plan } from './create';
export { clean } from './clean';
export { add, take } from './conditional';
export { has, touch, ttl } from './deadline';
export { scan, scanAt, survey } from './iterate';
export { confirm, endHold, hold, reserve } from './large';
export {
  awaitFlight,
  claimFlight,
  dropFlights,
  dropOverdue,
  endFlight,
  flightState,
  isAwaited,
  isLanding,
  keepStale,
  landFlight,
  tally,
} from './loading';
export { nearHit } from './near';
export { deleteKey, get, peek, put, putIf } from './operations';
export { rebuildOwnedBy } from './rebuild';
export { adoptSlot, claimSlot, emptyHands, isClaim, liftClaim, reapSlot, releaseSlot } from './slots';
export { bytesUsed, counter, heapUsed, recordsUsed, threads } from './statistics';
export { markClosed } from './count';
export { COUNT_WORD } from './layout';
export { LOCK_OFFSET } from './records';
export { assumeStrongOrder } from './self';
export { verify, verifyAt } from './verify';
export { clear, size } from './whole';
export * from './host';
