/** One simulated thread during one schedule. */
import type { Coroutine } from './coroutine.js';
import type { CallRecord } from './outcome.js';
import type { Command, Program, Reply } from './program.js';
import type { SpinDetector } from './spin.js';

/** It can run. */
export const READY = 0;
/** It is in a loop that waits for another thread. */
export const SPINNING = 1;
/** It is in memory.atomic.wait. */
export const WAITING = 2;
/** It is in when(). */
export const HOPING = 3;
export const DONE = 4;
export const DEAD = 5;

export class Thread {
  readonly index: number;
  readonly coroutine: Coroutine;
  readonly spin: SpinDetector;
  program: Program | undefined;
  /** The command that has begun and not ended. */
  command: Command | undefined;
  reply: Reply;
  status = READY;

  /** The access that it is about to make: the site, what it reads and what it writes. */
  site = 0;
  readAt = 0;
  readLength = 0;
  writeAt = 0;
  writeLength = 0;
  /** The access touches a shared word. */
  shared = false;
  /** Piece of a copy at which the call has stopped. */
  piece = 0;

  /** Changes of memory that this thread has made. */
  changes = 0;
  /** Since it began to wait or to spin, another thread has changed a word that it watches. */
  awake = false;
  /** Events of this thread so far. */
  steps = 0;
  /** It has accessed a shared word since it was switched to. */
  moved = false;
  /** It has written since the last chance to kill it. */
  wrote = true;
  waitAddress = 0;
  waitTimed = false;
  waitResult = 0;

  /** The call in progress, or the last one. */
  record: CallRecord | undefined;
  /** Calls that have returned. */
  completed = 0;

  constructor(index: number, coroutine: Coroutine, spin: SpinDetector) {
    this.index = index;
    this.coroutine = coroutine;
    this.spin = spin;
  }

  /** Starts again with another program. */
  reset(program: Program): void {
    this.coroutine.reset();
    this.program = program;
    this.command = undefined;
    this.reply = undefined;
    this.status = READY;
    this.changes = 0;
    this.steps = 0;
    this.moved = false;
    this.wrote = true;
    this.record = undefined;
    this.completed = 0;
    this.awake = false;
    this.spin.begin();
  }

  /** Says which access comes next. */
  intend(site: number, readAt: number, readLength: number, writeAt: number, writeLength: number): void {
    this.site = site;
    this.readAt = readAt;
    this.readLength = readLength;
    this.writeAt = writeAt;
    this.writeLength = writeLength;
  }
}
