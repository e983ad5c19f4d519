/**
 * Whether a history is linearizable: a search for an order of its operations that the specification allows, and in
 * which each operation stands between its call and its return.
 *
 * Wing and Gong (Testing and verifying concurrent objects, 1993), with the memory of Lowe (Testing for
 * linearizability, 2017), as in Porcupine. The calls and returns are a doubly linked list in the order they happened.
 * An operation that is placed is lifted out of it; whatever was called before the first return that is left may be
 * placed next. When none fits, the last one placed is put back and another tried. What has been placed, with the
 * state it led to, is remembered: coming there a second time is as vain as it was the first.
 *
 * The set of placed operations is kept as one number for each thread: its operations follow one another, so those
 * placed are always its first ones.
 */
import { isChange, isPending, type Operation } from './history.js';
import type { Model } from './models.js';

/** What the search has found. */
export interface Verdict {
  readonly isLinearizable: boolean;
  /** The longest run of operations that could be placed, in that order: all of them if the history is linearizable. */
  readonly placed: readonly Operation[];
  /** Those that might have come next, and do not fit. */
  readonly stuck: readonly Operation[];
  /** How many sets of placed operations, with their states, were looked at. */
  readonly visited: number;
}

/** A place in the list of what happened. */
interface Place {
  before: Place | undefined;
  after: Moment | undefined;
}

/** A call, or with `isReturn` its return. */
interface Moment extends Place {
  readonly operation: Operation;
  readonly isReturn: boolean;
  /** Of a call: the moment of the return, if it ever came. */
  readonly end: Moment | undefined;
}

/** @throws {Error} when two operations of one thread overlap */
export function linearize<State>(history: readonly Operation[], model: Model<State>): Verdict {
  // What is pending and changes nothing may as well never have been called.
  const operations = history.filter((operation) => isChange(operation) || !isPending(operation));
  const search = new Search(operations, model);
  return search.run();
}

class Search<State> {
  readonly #model: Model<State>;
  readonly #start: Place;
  readonly #visited = new Set<string>();
  /** Operations placed so far, by thread. */
  readonly #progress: number[];
  readonly #stack: { readonly call: Moment; readonly before: State }[] = [];
  #state: State;
  #unanswered: number;
  #longest: readonly Operation[] = [];
  #stuck: readonly Operation[] = [];
  readonly #putsInFlight = (): number => this.#candidates().filter(({ kind }) => kind === 'put').length;

  constructor(operations: readonly Operation[], model: Model<State>) {
    this.#model = model;
    this.#state = model.initial;
    this.#start = link(operations);
    this.#progress = Array.from(
      { length: Math.max(0, ...operations.map(({ thread }) => thread + 1)) },
      () => 0,
    );
    this.#unanswered = operations.filter((operation) => !isPending(operation)).length;
  }

  run(): Verdict {
    let at = this.#start.after;
    // Once all that returned are placed, what is pending never happened.
    while (this.#unanswered > 0 && at !== undefined) {
      if (!at.isReturn) {
        at = this.#place(at) ? this.#start.after : at.after;
        continue;
      }
      this.#remember();
      const last = this.#takeBack();
      if (last === undefined) return this.#verdict(false);
      at = last.after;
    }
    this.#longest = this.#stack.map(({ call }) => call.operation);
    this.#stuck = [];
    return this.#verdict(true);
  }

  #verdict(isLinearizable: boolean): Verdict {
    return { isLinearizable, placed: this.#longest, stuck: this.#stuck, visited: this.#visited.size };
  }

  /** Places an operation next, if that is allowed and leads to something new. */
  #place(call: Moment): boolean {
    const { operation } = call;
    const next = this.#model.step(this.#state, operation, this.#putsInFlight);
    if (next === undefined) return false;
    this.#count(operation, 1);
    const reached = `${this.#model.identify(next)}|${this.#progress.join()}`;
    if (this.#visited.has(reached)) {
      this.#count(operation, -1);
      return false;
    }
    this.#visited.add(reached);
    this.#stack.push({ call, before: this.#state });
    this.#state = next;
    unlink(call);
    if (call.end) unlink(call.end);
    return true;
  }

  /** Puts the operation that was placed last back; its call, or undefined when there is none. */
  #takeBack(): Moment | undefined {
    const last = this.#stack.pop();
    if (last === undefined) return undefined;
    const { call, before } = last;
    if (call.end) relink(call.end);
    relink(call);
    this.#count(call.operation, -1);
    this.#state = before;
    return call;
  }

  #count(operation: Operation, step: 1 | -1): void {
    this.#progress[operation.thread] = (this.#progress[operation.thread] ?? 0) + step;
    if (!isPending(operation)) this.#unanswered -= step;
  }

  /** What may be placed next: everything called before the first return that is left. */
  #candidates(): Operation[] {
    const candidates: Operation[] = [];
    for (let at = this.#start.after; at !== undefined && !at.isReturn; at = at.after)
      candidates.push(at.operation);
    return candidates;
  }

  #remember(): void {
    if (this.#stack.length < this.#longest.length) return;
    this.#longest = this.#stack.map(({ call }) => call.operation);
    this.#stuck = this.#candidates();
  }
}

/** The list of what happened, behind a place of its own that never leaves it. */
function link(operations: readonly Operation[]): Place {
  const moments: Moment[] = [];
  for (const operation of operations) {
    const end = isPending(operation) ? undefined : momentOf(operation, true, undefined);
    moments.push(momentOf(operation, false, end));
    if (end) moments.push(end);
  }
  moments.sort((a, b) => tickOf(a) - tickOf(b));
  assertOneAtATime(moments);
  const start: Place = { before: undefined, after: undefined };
  let last = start;
  for (const moment of moments) {
    last.after = moment;
    moment.before = last;
    last = moment;
  }
  return start;
}

function momentOf(operation: Operation, isReturn: boolean, end: Moment | undefined): Moment {
  return { operation, isReturn, end, before: undefined, after: undefined };
}

function tickOf({ isReturn, operation }: Moment): number {
  return isReturn ? operation.returned : operation.called;
}

function assertOneAtATime(moments: readonly Moment[]): void {
  const busy = new Map<number, Operation>();
  for (const { operation, isReturn } of moments) {
    const { thread } = operation;
    if (busy.get(thread) !== (isReturn ? operation : undefined)) {
      throw new Error(`Cannot check the history: two operations of thread ${thread} overlap`);
    }
    if (isReturn) busy.delete(thread);
    else busy.set(thread, operation);
  }
}

function unlink({ before, after }: Moment): void {
  if (before) before.after = after;
  if (after) after.before = before;
}

/** The reverse of unlink, in the reverse order: the moment still knows where it stood. */
function relink(moment: Moment): void {
  if (moment.before) moment.before.after = moment;
  if (moment.after) moment.after.before = moment;
}
