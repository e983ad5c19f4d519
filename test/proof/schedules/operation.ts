/** What simulated threads do and were told, and when, as the explorer saw it. */
import type { CallRecord, World } from '../explore/index.js';
import type { Action } from './actions.js';
import type { Happened } from './explain.js';

/** An action that a thread has begun. */
export interface Operation {
  readonly thread: number;
  readonly action: Action;
  /** The thread's calls of the engine that belong to it, counted from 0: the first one, and the one behind the last. */
  readonly firstCall: number;
  nextCall: number;
  /** The label of a value, the number for `size`, else the name of a status; undefined: it did not end. */
  result: string | undefined;
  /** Of a near hit: label of the value that the thread has decoded. */
  decoded: string | undefined;
}

/** What the threads of one schedule have in common, besides the engine. */
export interface Shared {
  readonly world: World;
  readonly maxSize: number;
  readonly operations: Operation[];
  /** Threads that have been killed. */
  readonly dead: Set<number>;
  /** Whoever meets another thread's claim lifts it at once. */
  readonly impatient: boolean;
  /** Whoever removes an entry wants to be told. */
  readonly reporting: boolean;
}

/** The thread and start by which a slot's owner is named. */
export function ownerOf(slot: number): readonly [thread: number, start: number] {
  return [100 + slot, 1];
}

/** An operation with its interval, from the calls of its thread; nothing for one that made no call. */
export function intervalOf(operation: Operation, calls: readonly CallRecord[]): Happened[] {
  const first = calls[operation.firstCall];
  if (first === undefined || operation.nextCall === operation.firstCall) return [];
  const last = calls[operation.nextCall - 1];
  return [{ ...operation, start: first.start, end: last?.end ?? Number.POSITIVE_INFINITY }];
}
