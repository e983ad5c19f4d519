/** The state of a cache as the specification has it: entries in the order of use, counts, access logs, loads. */
import type { Flight } from './flying.js';

export interface Entry {
  readonly key: string;
  readonly value: string;
  /** µs, 0: never. */
  readonly deadline: number;
  /** Which write of all writes it comes from. */
  readonly version: number;
  /** An access to it is under way. */
  readonly pinned?: true;
}

/** An access that the order of use does not show yet; it counts if the entry still has that version. */
export interface Access {
  readonly key: string;
  readonly version: number;
  /** Grows from one record to the next, over all logs. */
  readonly at: number;
}

/** What the engine counts. */
export interface Counts {
  readonly hits: number;
  readonly misses: number;
  readonly puts: number;
  readonly deletes: number;
  readonly evictions: number;
  readonly expired: number;
}

export interface State {
  /** Most recently used first. */
  readonly entries: readonly Entry[];
  readonly counts: Counts;
  /** By thread; oldest first. */
  readonly logs: Readonly<Record<number, readonly Access[]>>;
  readonly flights: readonly Flight[];
  /** Writes, records and claims so far. */
  readonly clock: number;
  /** It has been closed: when that returned. */
  readonly closedBy?: number;
}

/** One way to go on. */
export interface Step {
  readonly state: State;
  /** What comes next in this action; DONE: nothing. */
  readonly phase: Phase;
}

/**
 * `direct` and `logged`: a put has looked whether its thread's log is empty. `pinned` and `link`: an access is under way,
 * before and after the entry has become the newest. `evict`: with the records of all logs up to this one applied.
 * `append`: the entry of this version goes to the log. `await`: the flight with this number is to be waited for. `at`: a way
 * through all entries has seen these.
 */
export type Phase =
  | 'begin'
  | 'direct'
  | 'logged'
  | `evict ${number}`
  | `append ${number}`
  | `await ${number}`
  | `at ${string}`
  | 'count a miss'
  | 'pinned'
  | 'link'
  | 'done';

/** A cache that holds nothing and has counted nothing. */
export const EMPTY: State = {
  entries: [],
  counts: { hits: 0, misses: 0, puts: 0, deletes: 0, evictions: 0, expired: 0 },
  logs: {},
  flights: [],
  clock: 0,
};

/** The first record of some log is applied. */
export function applications(state: State, phase: Phase): Step[] {
  return Object.keys(state.logs)
    .filter((thread) => state.logs[Number(thread)]?.length)
    .map((thread) => ({ state: applyFirst(state, Number(thread)), phase }));
}

export function applyFirst(state: State, thread: number): State {
  const [first, ...rest] = state.logs[thread] ?? [];
  const found = state.entries.find(({ key, version }) => key === first?.key && version === first.version);
  const entries = found === undefined ? state.entries : [found, ...without(state, found)];
  return { ...state, entries, logs: { ...state.logs, [thread]: rest } };
}

/** The entries in the order of use when all logs have been applied, those of the first slots first. */
export function ordered(state: State): readonly Entry[] {
  let all = state;
  for (const thread of Object.keys(state.logs).map(Number)) {
    while (all.logs[thread]?.length) all = applyFirst(all, thread);
  }
  return all.entries;
}

export function append(state: State, thread: number, key: string, version: number): State {
  const log = [...(state.logs[thread] ?? []), { key, version, at: state.clock }];
  return { ...state, logs: { ...state.logs, [thread]: log }, clock: state.clock + 1 };
}

/** Says whether an access to an entry is under way, if the entry is there. */
export function pin(state: State, key: string, isUnderWay: boolean): State {
  const entries = state.entries.map(({ pinned, ...entry }): Entry => {
    if (entry.key !== key) return pinned === undefined ? entry : { ...entry, pinned };
    return isUnderWay ? { ...entry, pinned: true } : entry;
  });
  return { ...state, entries };
}

export function done(state: State): Step {
  return { state, phase: 'done' };
}

export function find(state: State, key: string): Entry | undefined {
  return state.entries.find((entry) => entry.key === key);
}

export function isThere(entry: Entry | undefined, now: number): boolean {
  return entry !== undefined && (entry.deadline === 0 || entry.deadline > now);
}

export function without(state: State, entry: Entry | undefined): Entry[] {
  return state.entries.filter((other) => other !== entry);
}

export function count(state: State, name: keyof Counts): State {
  return { ...state, counts: { ...state.counts, [name]: state.counts[name] + 1 } };
}
