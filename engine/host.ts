/** The places in the memory that the host reads or writes by itself. */
import {
  BLOCK_HEADER,
  CLEANER_BEAT,
  CLEANER_LEASE,
  PRESSURE_WARNED,
  SLOT_KEY,
  SLOT_VALUE,
  header,
  slotAt,
} from './layout';
import { Flight, Slot } from './records';

// ---- in a thread slot, from its address
export const slotHand: usize = offsetof<Slot>('hand');
export const slotGarbage: usize = offsetof<Slot>('garbage');
export const slotRemovedKey: usize = offsetof<Slot>('removedKey');
export const slotRemovedCause: usize = offsetof<Slot>('removedCause');
export const slotBusyAt: usize = offsetof<Slot>('busyAt');
export const slotBusyOwner: usize = offsetof<Slot>('busyOwner');
export const slotEntry: usize = offsetof<Slot>('entry');
export const slotEntryVersion: usize = offsetof<Slot>('entryVersion');
export const slotEntryDeadline: usize = offsetof<Slot>('entryDeadline');
export const slotEntryValueAt: usize = offsetof<Slot>('entryValueAt');
export const slotEntryValue: usize = offsetof<Slot>('entryValue');
export const slotExpired: usize = offsetof<Slot>('expired');
export const slotRebuilds: usize = offsetof<Slot>('rebuilds');
export const slotRoomMade: usize = offsetof<Slot>('roomMade');
export const slotPressed: usize = offsetof<Slot>('pressed');
export const slotScanHash: usize = offsetof<Slot>('scanHash');
export const slotScanBucket: usize = offsetof<Slot>('scanBucket');
export const slotScanKey: usize = offsetof<Slot>('scanKey');
export const slotKey: usize = SLOT_KEY;
export const slotValue: usize = SLOT_VALUE;

// ---- in a block, from its address
export const blockPayload: usize = BLOCK_HEADER;

// ---- in a flight, from its address
export const flightTicket: usize = offsetof<Flight>('ticket');

// ---- addresses
export const cleanerLease: usize = CLEANER_LEASE;
export const cleanerBeat: usize = CLEANER_BEAT;
export const pressureWarned: usize = PRESSURE_WARNED;

export function slotAddress(index: u32): usize {
  return changetype<usize>(slotAt(index));
}

export function slotCount(): u32 {
  return header().slotCount;
}

export function shardCount(): u32 {
  return header().shardCount;
}

/** Buckets of all shards together. */
export function bucketCount(): u32 {
  return header().shardCount * (header().bucketMask + 1);
}

export function maxSize(): u32 {
  return header().maxSize;
}

export function pages(): u32 {
  return header().pages;
}

/** Longest value in bytes that is promised to fit. */
export function valueLimit(): u32 {
  return header().valueLimit;
}
