/**
 * What each action may do to a cache, step by step. A state is the whole cache; an action takes one or several steps,
 * each at one instant, and other threads' steps may come between. So "evict, then insert" is two steps, and the victim
 * is exactly the least recently used entry of the whole cache at that instant.
 */
import { type Action, label, type Put } from './actions.js';

export interface Entry {
  readonly key: string;
  readonly value: string;
  /** µs, 0: never. */
  readonly deadline: number;
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
}

/** One way to go on. */
export interface Step {
  readonly state: State;
  /** What comes next in this action; DONE: nothing. */
  readonly phase: Phase;
}

export type Phase = 'begin' | 'evict' | 'count a miss' | 'done';

export interface Rules {
  readonly maxSize: number;
  /** Keys that puts may evict for want of memory at any time, in any order. */
  readonly victims: readonly string[];
}

/** A cache that holds nothing and has counted nothing. */
export const EMPTY: State = {
  entries: [],
  counts: { hits: 0, misses: 0, puts: 0, deletes: 0, evictions: 0, expired: 0 },
};

/** What an action was told, as far as the specification looks at it. */
export interface Answer {
  /** Undefined: it never came. */
  readonly result: string | undefined;
  readonly decoded: string | undefined;
}

/**
 * Every step that an action may take now.
 *
 * @param answer what the action was told in the end: steps that lead to another answer are left out
 */
export function stepsOf(state: State, phase: Phase, action: Action, answer: Answer, rules: Rules): Step[] {
  if (phase === 'evict') return [evict(state, action, 'begin')];
  if (phase === 'count a miss') return [done(count(state, 'misses'))];
  switch (action.kind) {
    case 'put':
      return putSteps(state, action, answer, rules);
    case 'get':
      return readSteps(state, action, answer, true);
    case 'peek':
      return readSteps(state, action, answer, false);
    case 'has':
      return answers(answer, isThere(find(state, action.key), action.now) ? 'OK' : 'MISS', done(state));
    case 'delete':
      return deleteSteps(state, action, answer);
    case 'near':
      return nearSteps(state, action, answer);
    case 'clear':
      return [done({ ...state, entries: [] })];
    case 'size':
      return answers(answer, String(state.entries.length), done(state));
    case 'clean':
      return cleanSteps(state, action.now);
    case 'reserve':
      return [done(state), ...pressure(state, rules)];
    case 'reap':
      return [done(state)];
    case 'lose':
      return state.entries
        .filter(({ key }) => action.keys.includes(key))
        .map((entry) => ({ state: { ...state, entries: without(state, entry) }, phase }));
  }
}

function putSteps(state: State, action: Put, answer: Answer, rules: Rules): Step[] {
  const { key, value, now, ttl } = action;
  if (answer.result === 'NO_ROOM') return [done(state), ...pressure(state, rules)];
  const entry: Entry = { key, value: label(value), deadline: ttl === 0 ? 0 : now + ttl };
  const found = find(state, key);
  const steps = pressure(state, rules);
  if (found !== undefined && !isThere(found, now)) steps.push(expire(state, found, 'begin'));
  else if (found !== undefined || state.entries.length < rules.maxSize) {
    const others = without(state, found);
    steps.push(done(count({ ...state, entries: [entry, ...others] }, 'puts')));
  } else steps.push({ state, phase: 'evict' });
  return steps;
}

function readSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
  counts: boolean,
): Step[] {
  const found = find(state, key);
  if (found === undefined) return answers(answer, 'MISS', done(counts ? count(state, 'misses') : state));
  if (isThere(found, now)) return answers(answer, found.value, done(counts ? hit(state, found) : state));
  if (!counts) return answers(answer, 'MISS', done(state));
  return answers(answer, 'EXPIRED', expire(state, found, 'count a miss'));
}

function deleteSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
): Step[] {
  const found = find(state, key);
  if (found === undefined) return answers(answer, 'MISS', done(state));
  if (!isThere(found, now)) return answers(answer, 'EXPIRED', expire(state, found, 'done'));
  return answers(answer, 'OK', done(count({ ...state, entries: without(state, found) }, 'deletes')));
}

function nearSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
): Step[] {
  const found = find(state, key);
  if (found === undefined || found.value !== answer.decoded) return answers(answer, 'MISS', done(state));
  if (isThere(found, now)) return answers(answer, 'OK', done(hit(state, found)));
  return answers(answer, 'EXPIRED', done(state));
}

/** The cleaner removes any number of expired entries, one in each step. */
function cleanSteps(state: State, now: number): Step[] {
  const due = state.entries.filter((entry) => !isThere(entry, now));
  return [done(state), ...due.map((entry) => expire(state, entry, 'begin'))];
}

/** The least recently used entry goes; one past its deadline counts as expired. Nothing, when there is none any more. */
function evict(state: State, action: Action, phase: Phase): Step {
  const victim = state.entries.at(-1);
  if (victim === undefined) return { state, phase };
  if ('now' in action && !isThere(victim, action.now)) return expire(state, victim, phase);
  return { state: count({ ...state, entries: without(state, victim) }, 'evictions'), phase };
}

function pressure(state: State, { victims }: Rules): Step[] {
  return state.entries
    .filter(({ key }) => victims.includes(key))
    .map((entry) => ({
      state: count({ ...state, entries: without(state, entry) }, 'evictions'),
      phase: 'begin',
    }));
}

function expire(state: State, entry: Entry, phase: Phase): Step {
  return { state: count({ ...state, entries: without(state, entry) }, 'expired'), phase };
}

function hit(state: State, entry: Entry): State {
  return count({ ...state, entries: [entry, ...without(state, entry)] }, 'hits');
}

function done(state: State): Step {
  return { state, phase: 'done' };
}

/** The step, if it leads to the answer that was given, or none was. */
function answers({ result }: Answer, expected: string, step: Step): Step[] {
  return result === undefined || result === expected ? [step] : [];
}

function find(state: State, key: string): Entry | undefined {
  return state.entries.find((entry) => entry.key === key);
}

function isThere(entry: Entry | undefined, now: number): boolean {
  return entry !== undefined && (entry.deadline === 0 || entry.deadline > now);
}

function without(state: State, entry: Entry | undefined): Entry[] {
  return state.entries.filter((other) => other !== entry);
}

function count(state: State, name: keyof Counts): State {
  return { ...state, counts: { ...state.counts, [name]: state.counts[name] + 1 } };
}
