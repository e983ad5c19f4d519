/**
 * Decides, access by access, which simulated thread goes on.
 *
 * Three things are numbered. An event is anything that is counted, over all threads: accesses to private words,
 * loop headers, turns; decisions name events. A moment is an access to a shared word that is carried out; the
 * intervals of calls name moments. A change is a write that leaves its word different: a thread that waits does
 * not run again before another thread has changed a word that it watches, unless nobody else can run. That keeps
 * schedules finite and loses nothing but repetitions of what the thread has seen already.
 */
import { type Decision, KILL, type Moment, NOBODY, STOP, type Strategy } from './decisions.js';
import { Fingerprint } from './fingerprint.js';
import { TIMED_OUT, WOKEN } from './hooks.js';
import type { FailureKind, KillOptions, Limits } from './outcome.js';
import { PendingWrite } from './pending-write.js';
import { Sharing } from './sharing.js';
import { SpinDetector } from './spin.js';
import { DEAD, HOPING, READY, SPINNING, Thread, WAITING } from './thread.js';
import { Tracer } from './tracer.js';
import type { World } from './world.js';

/** What went wrong in a schedule. */
export interface Fault {
  readonly kind: FailureKind;
  readonly cause: unknown;
}

export class Scheduler implements Moment {
  event = 0;
  current = NOBODY;
  enabled = 0;
  fallback = 0;
  /** Decisions taken in this schedule. */
  decisions: Decision[] = [];
  /** Choices between threads, and chances to kill one, in this schedule. */
  choices = 0;
  killChances = 0;
  /** Who runs when the present thread has stopped: a thread, STOP, or NOBODY when a turn has to decide. */
  next = NOBODY;
  killed: number | undefined;
  fault: Fault | undefined;

  readonly threads: readonly Thread[];
  readonly limits: Limits;
  readonly sharing: Sharing;
  readonly tracer: Tracer;

  readonly #world: World;
  readonly #kill: KillOptions | undefined;
  readonly #fingerprint: Fingerprint;
  readonly #pending: PendingWrite;
  #strategy: Strategy | undefined;
  #died: ((thread: number) => void) | undefined;
  #moments = 0;

  constructor(world: World, limits: Limits, kill: KillOptions | undefined) {
    this.#world = world;
    this.#kill = kill;
    this.limits = limits;
    this.sharing = new Sharing(world.bytes.length);
    this.tracer = new Tracer(world.module.sites, world.view);
    this.#fingerprint = new Fingerprint(this.sharing, world.threads);
    this.#pending = new PendingWrite(world.bytes);
    const sites = world.module.sites.length;
    this.threads = world.coroutines.map(
      (coroutine, index) => new Thread(index, coroutine, new SpinDetector(world.bytes, sites, limits.spins)),
    );
  }

  /** Accesses to shared words so far. */
  get moments(): number {
    return this.#moments;
  }

  /** A new schedule begins. */
  reset(strategy: Strategy, died: ((thread: number) => void) | undefined): void {
    this.#fingerprint.reset();
    this.#pending.writer = undefined;
    this.#strategy = strategy;
    this.#died = died;
    this.#moments = 0;
    this.tracer.lines = [];
    this.decisions = [];
    this.event = 0;
    this.choices = 0;
    this.killChances = 0;
    this.next = NOBODY;
    this.killed = undefined;
    this.fault = undefined;
  }

  key(choice: number): number {
    let state = choice & 15;
    for (const thread of this.threads) state = state * 6 + thread.status;
    // a kill shows private memory as well, which the thread's own number of steps stands for
    const steps = choice === KILL ? (this.threads[this.current]?.steps ?? 0) : 0;
    return this.#fingerprint.key(Math.imul(state, 0x2f0b4c47) ^ (this.enabled << 24) ^ steps);
  }

  /**
   * A thread is about to make the access that it intends. True when it must stop in front of it; otherwise the
   * access is carried out now.
   */
  before(thread: Thread): boolean {
    if (this.#count(thread)) return true;
    const { index, readAt, readLength, writeAt, writeLength } = thread;
    if (readAt + readLength > this.#world.bytes.length || writeAt + writeLength > this.#world.bytes.length) {
      this.fail(
        'trap',
        new RangeError(`Cannot access memory outside the engine’s pages: ${this.tracer.describe(thread)}`),
      );
      return true;
    }
    if (writeLength > 0 && this.#kill?.at === 'anywhere' && this.#dies(thread)) return true;
    const reads = readLength > 0 && this.sharing.touch(index, readAt, readLength, false);
    const writes = writeLength > 0 && this.sharing.touch(index, writeAt, writeLength, true);
    thread.shared = reads || writes;
    if ((thread.shared || this.#strategy?.everywhere === true) && this.#preempts(thread)) return true;
    this.carryOut(thread);
    return false;
  }

  /** The intended access is carried out now. Called by before(), or when the thread goes on after having stopped. */
  carryOut(thread: Thread): void {
    const { index, site, readAt, readLength, writeAt, writeLength } = thread;
    this.#settle();
    if (readLength > 0) thread.spin.access(site, readAt, readLength, true);
    if (writeLength > 0) {
      thread.spin.access(site, writeAt, writeLength, this.#world.table.readsToo[site] === 1);
      thread.wrote = true;
      this.#world.touch(writeAt, writeLength);
      this.#pending.begin(thread, writeAt, writeLength);
    }
    if (!thread.shared) return;
    if (this.tracer.enabled) this.tracer.access(this.event, thread);
    this.#record(thread);
    if (readLength > 0) this.#fingerprint.access(index, readAt, readLength, false);
    if (writeLength > 0) this.#fingerprint.access(index, writeAt, writeLength, true);
  }

  /** A point where V8 looks for a termination request. True when the thread must stop. */
  interrupt(thread: Thread, site: number): boolean {
    if (this.#count(thread) || this.#dies(thread)) return true;
    if (this.#world.table.loops[site] !== 1) return false;
    this.#settle();
    const waits = thread.spin.loop(site, thread.changes);
    if (waits) this.block(thread, SPINNING);
    else thread.spin.forget();
    return waits;
  }

  /** The thread cannot go on before another one has changed what it watches. */
  block(thread: Thread, status: number): void {
    this.#settle();
    thread.status = status;
    thread.awake = false;
    if (this.tracer.enabled)
      this.tracer.note(this.event, thread.index, status === SPINNING ? 'spins' : 'waits');
  }

  /** Wakes threads that wait at an address; how many. */
  wake(address: number, count: number): number {
    let woken = 0;
    for (const thread of this.threads) {
      if (woken >= count || thread.status !== WAITING || thread.waitAddress !== address) continue;
      thread.status = READY;
      thread.waitResult = WOKEN;
      this.#fingerprint.note(thread.index, 11);
      woken++;
    }
    return woken;
  }

  fail(kind: FailureKind, cause: unknown): void {
    this.fault ??= { kind, cause };
    this.next = STOP;
  }

  /** The next thread when the previous one can no longer run; NOBODY when all have ended, STOP after a fault. */
  turn(previous: number): number {
    this.#settle();
    this.event++;
    this.current = NOBODY;
    this.enabled = this.#enabledMask();
    if (this.enabled === 0) return this.#release(previous);
    this.fallback = this.#following(previous, (thread) => (this.enabled & (1 << thread.index)) !== 0);
    return this.#choose();
  }

  /** Counts an event; true when the schedule has to end. */
  #count(thread: Thread): boolean {
    this.event++;
    thread.steps++;
    if (this.event <= this.limits.events) return false;
    this.fail('livelock', new Error(`Cannot finish the schedule: ${this.limits.events} events`));
    return true;
  }

  /** Gives the strategy a chance to kill the thread; true when it has. */
  #dies(thread: Thread): boolean {
    if (this.#kill === undefined || !thread.wrote || this.killed !== undefined) return false;
    if (!this.#kill.threads.includes(thread.index)) return false;
    thread.wrote = false;
    this.killChances++;
    this.current = thread.index;
    this.enabled = this.#enabledMask();
    if (this.#strategy?.kill(this) !== true) return false;
    this.#decide(KILL);
    thread.status = DEAD;
    this.killed = thread.index;
    this.next = NOBODY;
    this.#died?.(thread.index);
    return true;
  }

  /** Lets the strategy switch to another thread; true when it has. */
  #preempts(thread: Thread): boolean {
    // A thread that has not moved since it was switched to: switching at once would have been the same.
    if (!thread.moved && this.#strategy?.everywhere !== true) return false;
    this.current = thread.index;
    this.fallback = thread.index;
    this.enabled = this.#enabledMask();
    const choice = this.#choose();
    if (choice === thread.index) return false;
    this.next = choice;
    return true;
  }

  #choose(): number {
    let choice = this.fallback;
    if ((this.enabled & (this.enabled - 1)) !== 0) {
      this.choices++;
      choice = this.#strategy?.choose(this) ?? choice;
    }
    if (choice === STOP || choice === this.current) return choice;
    if (choice !== this.fallback) this.#decide(choice);
    this.#take(choice);
    return choice;
  }

  #decide(choice: number): void {
    this.decisions.push({ event: this.event, choice, current: this.current });
    if (this.tracer.enabled) this.tracer.decision(this.event, this.current, choice);
  }

  /** Nobody is enabled: the time of one who waits with a limit is up, or there is nothing left to do. */
  #release(previous: number): number {
    const timed = this.#following(previous, ({ status, waitTimed }) => {
      return status === SPINNING || (status === WAITING && waitTimed);
    });
    const next = timed === NOBODY ? this.#following(previous, ({ status }) => status === HOPING) : timed;
    if (next !== NOBODY) {
      this.#take(next);
      return next;
    }
    if (this.threads.every((thread) => thread.status !== WAITING)) return NOBODY;
    this.fail('deadlock', new Error('Cannot finish the schedule: every thread left waits without a limit'));
    return STOP;
  }

  /** The first thread after the previous one, in turn, for which something holds. */
  #following(previous: number, holds: (thread: Thread) => boolean): number {
    const count = this.threads.length;
    for (let step = 1; step <= count; step++) {
      const thread = this.threads[(previous + step) % count];
      if (thread !== undefined && holds(thread)) return thread.index;
    }
    return NOBODY;
  }

  #take(index: number): void {
    const thread = this.threads[index];
    if (thread === undefined) throw new RangeError(`Cannot switch to thread ${index}: it does not exist`);
    thread.moved = false;
    if (thread.status === WAITING) thread.waitResult = TIMED_OUT;
    if (thread.status === HOPING) thread.reply = this.#holds(thread);
    if (thread.status !== READY)
      this.#fingerprint.note(index, 7 + thread.status + (thread.reply === true ? 8 : 0));
    thread.status = READY;
  }

  #enabledMask(): number {
    let mask = 0;
    for (const thread of this.threads) if (this.#canRun(thread)) mask |= 1 << thread.index;
    return mask;
  }

  #canRun(thread: Thread): boolean {
    switch (thread.status) {
      case READY:
        return true;
      case SPINNING:
        return thread.awake;
      case WAITING:
        return thread.waitTimed && thread.awake;
      case HOPING:
        return this.#holds(thread);
      default:
        return false;
    }
  }

  #holds(thread: Thread): boolean {
    return thread.command?.type === 'when' && thread.command.condition();
  }

  /** Takes note of what the last write has done. */
  #settle(): void {
    const { writer, address, length } = this.#pending;
    if (writer === undefined) return;
    this.#pending.writer = undefined;
    if (!this.#pending.changed()) return;
    writer.changes++;
    for (const thread of this.threads) {
      const waits = thread.status === SPINNING || thread.status === WAITING;
      if (waits && thread !== writer && thread.spin.watches(address, length)) thread.awake = true;
    }
  }

  #record(thread: Thread): void {
    thread.moved = true;
    this.#moments++;
    const record = thread.record;
    if (record === undefined) return;
    if (record.start < 0) {
      record.start = this.#moments;
      // which calls have returned before this one began is part of what a check may look at
      for (const { completed } of this.threads) this.#fingerprint.note(thread.index, completed);
    }
    record.end = this.#moments;
  }
}
