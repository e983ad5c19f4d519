import { type CacheKey, decodeKey, KeyKind } from '../codec/keys.js';
import { CAUSE_EXPIRED } from './engine.js';
import type { Seat } from './seat.js';

/** An entry that was removed to make room, or because its time was over. */
export interface Removal {
  readonly key: CacheKey;
  readonly cause: 'evicted' | 'expired';
}

/** After REMOVED: what was removed, if it is anybody's business. Its block is this thread's until the next call of the engine. */
export function readRemoval(seat: Seat): Removal | undefined {
  const { places, memory } = seat;
  const info = seat.field(places.slotRemovedKey);
  if ((info & 7) === KeyKind.RESERVED) return undefined;
  const length = (info >>> 3) & 0x1ffff;
  const bytes = Buffer.from(memory.buffer, seat.field(places.slotGarbage) + places.blockPayload, length);
  const key = decodeKey(info & 7, bytes, 0, length);
  return { key, cause: seat.field(places.slotRemovedCause) === CAUSE_EXPIRED ? 'expired' : 'evicted' };
}
