/** Runs one schedule after the other: the programs' commands, each as far as the scheduler lets it go. */
import { NOBODY, type Strategy } from './decisions.js';
import type { CallRecord, KillOptions, Limits, Scenario } from './outcome.js';
import type { Command } from './program.js';
import { ScheduleHooks } from './schedule-hooks.js';
import { type Fault, Scheduler } from './scheduler.js';
import { DEAD, DONE, HOPING, type Thread } from './thread.js';
import { HOST_SITE } from './tracer.js';
import type { World } from './world.js';

export class Runner {
  readonly scheduler: Scheduler;
  readonly #world: World;
  readonly #hooks: ScheduleHooks;
  /** Calls of each thread. */
  #history: CallRecord[][] = [];

  constructor(world: World, limits: Limits, kill: KillOptions | undefined) {
    this.#world = world;
    this.scheduler = new Scheduler(world, limits, kill);
    this.#hooks = new ScheduleHooks(this.scheduler, world);
  }

  /** Runs one schedule from the beginning; what went wrong in it, if anything. */
  run(begin: (world: World) => Scenario, strategy: Strategy): Fault | undefined {
    const world = this.#world;
    world.restore();
    const scenario = begin(world);
    this.#history = this.scheduler.threads.map(() => []);
    this.scheduler.reset(strategy, scenario.died);
    this.#seat(scenario);
    world.report(this.#hooks, () => this.#loop());
    if (this.scheduler.fault !== undefined) return this.scheduler.fault;
    // broken off by the strategy: there is no end to check
    if (this.scheduler.next !== NOBODY) return undefined;
    try {
      scenario.check?.({ world, history: this.#history.flat(), killed: this.scheduler.killed });
    } catch (cause) {
      return { kind: 'check', cause };
    }
    return undefined;
  }

  #seat(scenario: Scenario): void {
    const { threads } = this.scheduler;
    if (scenario.threads.length !== threads.length) {
      throw new RangeError(`Cannot run ${scenario.threads.length} programs on ${threads.length} threads`);
    }
    for (const thread of threads) {
      const program = scenario.threads[thread.index];
      if (program !== undefined) thread.reset(program);
    }
  }

  #loop(): void {
    const scheduler = this.scheduler;
    let next = scheduler.turn(NOBODY);
    while (next >= 0) {
      const thread = scheduler.threads[next];
      if (thread === undefined) break;
      scheduler.next = NOBODY;
      try {
        this.#resume(thread);
      } catch (cause) {
        scheduler.fail(cause instanceof WebAssembly.RuntimeError ? 'trap' : 'program', cause);
      }
      next = scheduler.next === NOBODY ? scheduler.turn(next) : scheduler.next;
    }
    scheduler.next = next;
    this.#closeHistory();
  }

  /** Lets a thread run until it stops. */
  #resume(thread: Thread): void {
    const { command } = thread;
    if (command?.type === 'call') {
      if (!thread.coroutine.resume()) return;
      this.#endCall(thread);
    } else if (command?.type === 'access') {
      this.scheduler.carryOut(thread);
    }
    // the reply of when() has been given by the scheduler
    for (;;) {
      const next = thread.program?.next(thread.reply);
      thread.command = undefined;
      thread.reply = undefined;
      if (next === undefined || next.done === true) {
        thread.status = DONE;
        return;
      }
      thread.command = next.value;
      if (!this.#perform(thread, next.value)) return;
    }
  }

  /** Begins a command; false when the thread has stopped before its end. */
  #perform(thread: Thread, command: Command): boolean {
    switch (command.type) {
      case 'call': {
        const { name, args } = command;
        thread.record = { thread: thread.index, name, args, result: undefined, start: -1, end: -1 };
        this.#history[thread.index]?.push(thread.record);
        thread.spin.begin();
        if (!thread.coroutine.start(name, args)) return false;
        this.#endCall(thread);
        return true;
      }
      case 'access': {
        const { address, length, write } = command;
        thread.record = undefined;
        if (write) thread.intend(HOST_SITE, 0, 0, address, length);
        else thread.intend(HOST_SITE, address, length, 0, 0);
        return !this.scheduler.before(thread);
      }
      case 'when':
        thread.status = HOPING;
        return false;
    }
  }

  #endCall(thread: Thread): void {
    thread.completed++;
    thread.reply = thread.coroutine.result;
    const { record } = thread;
    if (record === undefined) return;
    record.result = thread.coroutine.result;
    if (record.start >= 0) return;
    // no access to a shared word: it may have happened at any instant around here
    record.start = this.scheduler.moments;
    record.end = record.start + 1;
  }

  #closeHistory(): void {
    for (const thread of this.scheduler.threads) {
      const { record } = thread;
      if (thread.status !== DEAD || record === undefined || thread.command?.type !== 'call') continue;
      if (record.start < 0) record.start = this.scheduler.moments;
      record.end = Number.POSITIVE_INFINITY;
    }
  }
}
