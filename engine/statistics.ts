/** Figures over all threads. Each counter has one writer; readers add them up. */
import { BLOCK_HEADER, ENTRY_BYTES, arenaAt, header, shardAt, slotAt } from './layout';
import { Slot } from './records';
import { STATUS_USED } from './slots';

/** Sum over all slots of the counter with this number, in the order they have in a slot, from hits on. */
export function counter(index: u32): f64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < header().slotCount; i++) {
    sum += load<u64>(changetype<usize>(slotAt(i)) + offsetof<Slot>('hits') + ((<usize>index) << 3));
  }
  return <f64>sum;
}

/** Threads that take part, the cleaner among them. */
export function threads(): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < header().slotCount; i++) {
    if (<u32>(atomic.load<u64>(changetype<usize>(slotAt(i))) & 0xff) == STATUS_USED) count++;
  }
  return count;
}

/** Bytes of the heap in blocks, block headers and rounding included. */
export function heapUsed(): f64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < header().arenaCount; i++) sum += <u64>arenaAt(i).used;
  return <f64>sum;
}

/** Records in use, leftovers of a clear included. */
export function recordsUsed(): f64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < header().shardCount; i++) sum += <u64>shardAt(i).used;
  return <f64>sum;
}

/** Bytes of the memory in use: header, tables, buckets, records in use, heap blocks, slots of attached threads. */
export function bytesUsed(): f64 {
  const fixed = <u64>header().records + <u64>header().arenaCount * BLOCK_HEADER;
  return (
    <f64>fixed + recordsUsed() * <f64>ENTRY_BYTES + heapUsed() + <f64>threads() * <f64>header().slotBytes
  );
}
