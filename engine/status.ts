/** What an operation answers; anything from 0 up is success. */

export const OK: i32 = 0;
/** A put has stored its value in place of another one; only with REPORT. */
export const REPLACED: i32 = 1;
/** The key is not there (or expired, or cleared). */
export const MISS: i32 = -1;
export const CLOSED: i32 = -2;
/** A deadline has to be judged and the call brought no time: call again with it. Nothing has happened. */
export const NEEDS_CLOCK: i32 = -3;
/** A lock or claim stayed taken for milliseconds; see slot.busyAt and busyOwner. Call again. */
export const BUSY: i32 = -4;
/** The value is longer than the scratch: copy it from its block, then confirm. */
export const LARGE: i32 = -5;
/** An entry was removed and its block is in slot.garbage: look at it, then call again to go on. */
export const REMOVED: i32 = -6;
/** The entry has expired just now and this call removed it. */
export const EXPIRED: i32 = -7;
/** No block can be had although everything that can go has gone. */
export const NO_ROOM: i32 = -8;
/** The key is not what the call requires it to be: there in this version, or not there. Nothing has happened. */
export const CONFLICT: i32 = -9;
/** The value is not a number that can be added to. Nothing has happened. */
export const NOT_NUMBER: i32 = -10;
/** Another thread loads the key, or this one does. */
export const FLYING: i32 = -11;
export const OWN_FLIGHT: i32 = -12;
/** So many keys are loaded that there is no record for one more. */
export const NO_FLIGHT: i32 = -13;

// ---- between the sections of one operation only
/** Somebody was faster: look again. */
export const RETRY: i32 = -16;
/** maxSize entries are held. */
export const FULL: i32 = -17;
/** The shard has no free record. */
export const NO_RECORD: i32 = -18;
/** The entry belongs to an older epoch: it is as good as gone, and the count knows. */
export const LEFTOVER: i32 = -19;
/** A reader holds the entry for some milliseconds. */
export const HELD: i32 = -20;

/** Another thread empties a stretch of the arena. */
export const CLAIMED: i32 = -21;

/** The operation has to take a block first. */
export const NEEDS_BLOCK: i32 = -22;

/** Owner number in slot.busyOwner that stands for a reader's hold. */
export const READER: u32 = 0;

// ---- causes of a removal, as slot.removedCause
export const CAUSE_DELETED: u32 = 0;
export const CAUSE_EVICTED: u32 = 1;
export const CAUSE_EXPIRED: u32 = 2;

// ---- flags of an operation
/** Return REMOVED after each eviction or expiry, so that the caller can tell somebody. */
export const REPORT: u32 = 1;
