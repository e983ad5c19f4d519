/**
 * What each action may do to a cache, step by step. A state is the whole cache; an action takes one or several steps,
 * each at one instant, and other threads' steps may come between. So "evict, then insert" is two steps, and the victim
 * is exactly the least recently used entry of the whole cache at that instant.
 *
 * With one exception: with several shards an access is under way from the moment its entry leaves its place in the
 * order of use to the moment it stands in the new one, and meanwhile an eviction in another shard passes it by. An
 * eviction need count only accesses that returned before it began.
 */
import { type Action, type Change, label, numberIn, type Put } from './actions.js';

export interface Entry {
  readonly key: string;
  readonly value: string;
  /** µs, 0: never. */
  readonly deadline: number;
  /** An access to it is under way. */
  readonly pinned?: true;
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

/** `pinned` and `link`: an access is under way, before and after the entry has become the newest. */
export type Phase = 'begin' | 'evict' | 'count a miss' | 'pinned' | 'link' | 'done';

export interface Rules {
  readonly maxSize: number;
  readonly shards: number;
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
  const isAccess = action.kind === 'put' || action.kind === 'get' || action.kind === 'near';
  if (!isAccess || rules.shards === 1) return plainStepsOf(state, phase, action, answer, rules);
  const { key } = action;
  if (phase === 'link') return [done(pin(state, key, false))];
  const steps = plainStepsOf(state, phase, action, answer, rules);
  const accesses = steps.filter((step) => step.phase === 'done' && step.state.entries[0]?.key === key);
  for (const { state: next } of accesses) steps.push({ state: pin(next, key, true), phase: 'link' });
  if (phase === 'begin') steps.push({ state: pin(state, key, true), phase: 'pinned' });
  return steps;
}

/** The same as if an access were one instant. */
function plainStepsOf(state: State, phase: Phase, action: Action, answer: Answer, rules: Rules): Step[] {
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
    case 'putIfAbsent':
      return isThere(find(state, action.key), action.now)
        ? answers(answer, 'CONFLICT', done(state))
        : answers(answer, 'OK', ...putSteps(state, action, { ...answer, result: undefined }, rules));
    case 'swap':
      return swapSteps(state, action, answer, rules);
    case 'add':
      return addSteps(state, action, answer);
    case 'take':
      return takeSteps(state, action, answer);
    case 'touch':
      return touchSteps(state, action, answer);
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

function putSteps(state: State, action: Put | Change, answer: Answer, rules: Rules): Step[] {
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

function swapSteps(state: State, action: Change, answer: Answer, rules: Rules): Step[] {
  const found = find(state, action.key);
  const before = found !== undefined && isThere(found, action.now) ? found.value : 'MISS';
  return answers(answer, before, ...putSteps(state, action, { ...answer, result: undefined }, rules));
}

function addSteps(state: State, { key, value, now, ttl }: Change, answer: Answer): Step[] {
  const found = find(state, key);
  if (found === undefined || !isThere(found, now)) return answers(answer, 'MISS', done(state));
  const sum = `#${Number(found.value.slice(1)) + numberIn(value)}`;
  const entry: Entry = { key, value: sum, deadline: ttl < 0 ? found.deadline : ttl === 0 ? 0 : now + ttl };
  return answers(answer, sum, done(count({ ...state, entries: [entry, ...without(state, found)] }, 'puts')));
}

function takeSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
): Step[] {
  const found = find(state, key);
  if (found === undefined) return answers(answer, 'MISS', done(count(state, 'misses')));
  if (!isThere(found, now)) return answers(answer, 'EXPIRED', expire(state, found, 'count a miss'));
  const taken = count({ ...state, entries: without(state, found) }, 'deletes');
  return answers(answer, found.value, done(count(taken, 'hits')));
}

function touchSteps(
  state: State,
  { key, now, ttl }: { readonly key: string; readonly now: number; readonly ttl: number },
  answer: Answer,
): Step[] {
  const found = find(state, key);
  if (found === undefined || !isThere(found, now)) return answers(answer, 'MISS', done(state));
  const entry = { ...found, deadline: ttl === 0 ? 0 : now + ttl };
  return answers(answer, 'OK', done({ ...state, entries: [entry, ...without(state, found)] }));
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

/** Says whether an access to an entry is under way, if the entry is there. */
function pin(state: State, key: string, isUnderWay: boolean): State {
  const entries = state.entries.map(({ pinned, ...entry }): Entry => {
    if (entry.key !== key) return pinned === undefined ? entry : { ...entry, pinned };
    return isUnderWay ? { ...entry, pinned: true } : entry;
  });
  return { ...state, entries };
}

/** The least recently used entry goes; one past its deadline counts as expired. Nothing, when there is none any more. */
function evict(state: State, action: Action, phase: Phase): Step {
  const victim = state.entries.findLast(({ pinned }) => pinned !== true);
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
  const { pinned: _, ...newest } = entry;
  return count({ ...state, entries: [newest, ...without(state, entry)] }, 'hits');
}

function done(state: State): Step {
  return { state, phase: 'done' };
}

/** The steps, if they lead to the answer that was given, or none was. */
function answers({ result }: Answer, expected: string, ...steps: Step[]): Step[] {
  return result === undefined || result === expected ? steps : [];
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
