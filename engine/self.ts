/** What one instance of the engine, that is one thread, knows of itself. */
import { SLOT_KEY, SLOT_LOG, SLOT_VALUE, header, slotAt } from './layout';
import { Slot } from './records';

/** This thread's slot; null until it has claimed one. */
export let mine: Slot = changetype<Slot>(0);
/** Index of the slot plus one: what this thread writes into a lock word. */
export let myNumber: u32 = 0;
export let owner: u64 = 0;
export let keyScratch: usize = 0;
export let valueScratch: usize = 0;
/** This thread's access log: its first record, and the number of its records as a power of two. */
export let log: usize = 0;
export let logBits: u32 = 0;

/** Whether the processor keeps loads in order, and stores in order (x86-64). The host says so; false is always right. */
export let isStronglyOrdered: bool = false;

export function assumeStrongOrder(): void {
  isStronglyOrdered = true;
}

export function setSelf(index: u32): void {
  mine = slotAt(index);
  myNumber = index + 1;
  owner = <u64>myNumber;
  keyScratch = changetype<usize>(mine) + SLOT_KEY;
  valueScratch = changetype<usize>(mine) + SLOT_VALUE;
  log = changetype<usize>(mine) + SLOT_LOG;
  logBits = header().logBits;
}
