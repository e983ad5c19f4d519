/** What a cache may answer when its operations happen one after another: the specification. */
import { ABSENT, isPending, type Operation } from './history.js';

/** A specification as a machine: the history is right if some order of its operations takes it to the end. */
export interface Model<State> {
  readonly initial: State;
  /**
   * The state after an operation, or undefined when it cannot have had this result now. The result of one that is
   * pending is unknown.
   *
   * @param putsInFlight how many puts have begun that have not happened yet
   */
  step(state: State, operation: Operation, putsInFlight: () => number): State | undefined;
  /** The same for equal states only. */
  identify(state: State): string | number;
}

/** When a stored value may, and may not, be found without anybody having removed it. */
export interface Lifetime {
  mayBeGone(value: number, observer: Operation): boolean;
  mayBeThere(value: number, observer: Operation): boolean;
}

/** Nothing is ever evicted and nothing expires. */
export const FOR_EVER: Lifetime = { mayBeGone: () => false, mayBeThere: () => true };

/** Anything may be evicted at any moment, but what has gone stays away. */
export const UNTIL_EVICTED: Lifetime = { mayBeGone: () => true, mayBeThere: () => true };

/**
 * A value expires a fixed time after the moment of its put, which lies between its call and its return.
 *
 * @param history where the puts are found
 * @param ttl µs
 * @param slack µs by which two threads' clocks may differ
 */
export function untilExpired(history: readonly Operation[], ttl: number, slack: number): Lifetime {
  const puts = new Map(history.flatMap((put) => (put.kind === 'put' ? [[put.argument, put]] : [])));
  return {
    mayBeGone: (value, { returnedAt }) => (puts.get(value)?.calledAt ?? 0) + ttl <= returnedAt + slack,
    mayBeThere: (value, { calledAt }) => calledAt < (puts.get(value)?.returnedAt ?? 0) + ttl + slack,
  };
}

/** One key: the number of its value, or {@link ABSENT}. */
export function register(lifetime: Lifetime): Model<number> {
  return {
    initial: ABSENT,
    identify: (state) => state,
    step(state, operation) {
      const { kind, argument, result } = operation;
      if (kind === 'put') return argument;
      if (isPending(operation)) return pendingEffect(state, operation);
      const mayBeGone = state === ABSENT || lifetime.mayBeGone(state, operation);
      const mayBeThere = state !== ABSENT && lifetime.mayBeThere(state, operation);
      if (kind === 'putIfAbsent') return result === 1 ? when(mayBeGone, argument) : when(mayBeThere, state);
      if (kind === 'increment') {
        return when(result === 1 ? mayBeGone : mayBeThere && result === state + 1, result);
      }
      if (kind === 'swap')
        return when(result === ABSENT ? mayBeGone : mayBeThere && result === state, argument);
      if (result === ABSENT) return when(mayBeGone, ABSENT);
      if (!mayBeThere) return undefined;
      if (kind === 'delete') return ABSENT;
      if (kind === 'take') return when(result === state, ABSENT);
      return when(kind === 'has' || result === state, state);
    },
  };
}

function when(isPossible: boolean, state: number): number | undefined {
  return isPossible ? state : undefined;
}

/** What an operation does of which nobody knows the result; where values may go by themselves, one that they do not. */
function pendingEffect(state: number, { kind, argument }: Operation): number {
  if (kind === 'delete' || kind === 'take') return ABSENT;
  if (kind === 'swap' || (kind === 'putIfAbsent' && state === ABSENT)) return argument;
  return kind === 'increment' ? state + 1 : state;
}

/** All keys together, for `clear` and `size`: a value's number, or {@link ABSENT}, for each key. */
export function wholeCache(keys: number, lifetime: Lifetime): Model<readonly number[]> {
  const one = register(lifetime);
  return {
    initial: Array.from({ length: keys }, () => ABSENT),
    identify: (state) => state.join(),
    step(state, operation, putsInFlight) {
      const { kind, key, result } = operation;
      if (kind === 'clear') return state.map(() => ABSENT);
      if (kind === 'size') {
        if (isPending(operation)) return state;
        const held = state.filter((value) => value !== ABSENT).length;
        return result === held || (result > held && result <= held + putsInFlight()) ? state : undefined;
      }
      const before = state[key] ?? ABSENT;
      const after = one.step(before, operation, putsInFlight);
      if (after === undefined) return undefined;
      return after === before ? state : state.with(key, after);
    },
  };
}
