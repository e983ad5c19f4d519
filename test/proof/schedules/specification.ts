/**
 * What each action may do to a cache, step by step. A state is the whole cache; an action takes one or several steps,
 * each at one instant, and other threads' steps may come between. So "evict, then insert" is two steps, and the victim
 * is exactly the least recently used entry of the whole cache at that instant.
 *
 * Each thread has a log of accesses that the order of use does not show yet. A read appends to it; so does a put of a
 * thread whose log is not empty. An eviction may apply records of any log, in their order, and happens only when every
 * record that stood in a log when it began has been applied: it counts every access that returned before.
 *
 * With several shards an access of a put is under way from the moment its entry leaves its place in the order of use to
 * the moment it stands in the new one, and meanwhile an eviction in another shard passes it by.
 *
 * A landing is a put that happens only while its flight may land: see flying.ts.
 */
import { type Action, type Change, type Land, label, numberIn, type Put } from './actions.js';
import { type Answer, answers } from './answer.js';
import { claimSteps, drop, earlyFences, endSteps, fence, fenceAll, mayLand } from './flying.js';
import {
  append,
  applications,
  count,
  done,
  type Entry,
  find,
  isThere,
  type Phase,
  pin,
  type State,
  type Step,
  without,
} from './state.js';
import { scanSteps, walkSteps } from './walking.js';

export interface Rules {
  readonly maxSize: number;
  readonly shards: number;
  /** Keys that puts may evict for want of memory at any time, in any order. */
  readonly victims: readonly string[];
  /** The keys of each bucket, by their hashes. */
  readonly order: readonly (readonly string[])[];
}

/**
 * Every step that an action may take now.
 *
 * @param answer what the action was told in the end: steps that lead to another answer are left out
 */
export function stepsOf(state: State, phase: Phase, action: Action, answer: Answer, rules: Rules): Step[] {
  const { closedBy } = state;
  if (closedBy === undefined) return openSteps(state, phase, action, answer, rules);
  const steps = answers(answer, 'CLOSED', done(state));
  // who was under way may still find the cache empty
  const isLate = answer.start > closedBy && !BESIDES.includes(action.kind);
  return isLate ? steps : [...steps, ...openSteps(state, phase, action, answer, rules)];
}

/** Actions that a thread takes beside its operations, whether the cache is closed or not. */
const BESIDES: readonly Action['kind'][] = ['close', 'near', 'end', 'clean', 'reap', 'lose'];

function openSteps(state: State, phase: Phase, action: Action, answer: Answer, rules: Rules): Step[] {
  if (phase === 'count a miss') return [done(count(state, 'misses'))];
  const [name, number] = phase.split(' ');
  if (name === 'evict') return evictionSteps(state, phase, Number(number), action, rules);
  if (name === 'append' && 'key' in action) {
    return [done(append(state, answer.thread, action.key, Number(number)))];
  }
  if (action.kind !== 'put' || rules.shards === 1) {
    return [...plainStepsOf(state, phase, action, answer, rules), ...earlyFences(state, phase, action)];
  }
  const { key } = action;
  if (phase === 'link') return [done(pin(state, key, false))];
  const steps = plainStepsOf(state, phase === 'pinned' ? 'direct' : phase, action, answer, rules);
  const accesses = steps.filter((step) => step.phase === 'done' && step.state.entries[0]?.key === key);
  for (const { state: next } of accesses) steps.push({ state: pin(next, key, true), phase: 'link' });
  if (phase === 'direct') steps.push({ state: pin(state, key, true), phase: 'pinned' });
  return steps;
}

/** The same as if an access were one instant. */
function plainStepsOf(state: State, phase: Phase, action: Action, answer: Answer, rules: Rules): Step[] {
  switch (action.kind) {
    case 'put':
      return putSteps(state, phase, action, answer, rules);
    case 'get':
      return readSteps(state, action, answer, true);
    case 'peek':
      return readSteps(state, action, answer, false);
    case 'has':
    case 'ttl':
      return answers(answer, isThere(find(state, action.key), action.now) ? 'OK' : 'MISS', done(state));
    case 'delete':
      return deleteSteps(state, action, answer);
    case 'near':
      return nearSteps(state, action, answer);
    case 'putIfAbsent':
      return isThere(find(state, action.key), action.now)
        ? answers(answer, 'CONFLICT', done(state))
        : putSteps(state, phase, action, answer, rules, answer.result !== 'CONFLICT');
    case 'swap':
      return swapSteps(state, phase, action, answer, rules);
    case 'add':
      return addSteps(state, phase, action, answer);
    case 'take':
      return takeSteps(state, action, answer);
    case 'touch':
      return touchSteps(state, phase, action, answer);
    case 'clear':
      return [done({ ...fenceAll(state), entries: [] })];
    case 'close':
      return [done({ ...fenceAll(state), entries: [], closedBy: answer.end })];
    case 'size':
      return answers(answer, String(state.entries.length), done(state));
    case 'clean':
      return cleanSteps(state, action.now);
    case 'reserve':
      return [done(state), ...pressure(state, 'begin', rules)];
    case 'reap':
      return [done(drop(state, action.thread))];
    case 'scan':
      return scanSteps(state, phase, action, answer, rules.order);
    case 'walk':
      return walkSteps(state, phase, action, answer, rules.order);
    case 'claim':
      return claimSteps(state, phase, action, answer);
    case 'land':
      return mayLand(state, action, answer)
        ? putSteps(state, phase, action, answer, rules, answer.result !== 'CONFLICT')
        : answers(answer, 'CONFLICT', done(state));
    case 'end':
      return endSteps(state, action.key, answer);
    case 'lose':
      return [
        { state: { ...state, flights: [] }, phase },
        ...state.entries
          .filter(({ key }) => action.keys.includes(key))
          .map((entry) => ({ state: { ...state, entries: without(state, entry) }, phase })),
      ];
  }
}

/** `mayStore`: whether storing now would lead to the answer that was given. */
function putSteps(
  state: State,
  phase: Phase,
  action: Put | Change | Land,
  answer: Answer,
  rules: Rules,
  mayStore = true,
): Step[] {
  const steps = pressure(state, phase, rules);
  if (answer.result === 'NO_ROOM') return [done(state), ...steps];
  if (phase === 'begin') return [...steps, ...modes(state, answer, action.kind === 'swap')];
  // somebody else has applied the log since it was looked at: it may be looked at once more
  if (phase === 'logged')
    steps.push(...modes(state, answer, false).filter((step) => step.phase === 'direct'));
  const found = find(state, action.key);
  if (found !== undefined && !isThere(found, action.now)) steps.push(expire(state, found, 'begin'));
  else if (found === undefined && state.entries.length >= rules.maxSize)
    steps.push({ state, phase: `evict ${state.clock}` });
  else if (mayStore && state.closedBy === undefined)
    steps.push(store(state, action, label(action.value), deadlineOf(action), phase));
  return steps;
}

/** A write looks whether its thread's log is empty; with `both` it may have appended to it itself. */
function modes(state: State, { thread }: Answer, both: boolean): Step[] {
  const isEmpty = (state.logs[thread] ?? []).length === 0;
  const steps: Step[] = [{ state, phase: isEmpty ? 'direct' : 'logged' }];
  if (isEmpty && both) steps.push({ state, phase: 'logged' });
  return steps;
}

function deadlineOf({ now, ttl }: { readonly now: number; readonly ttl: number }): number {
  return ttl === 0 ? 0 : now + ttl;
}

/** A logged update leaves its entry where it is; a new entry is the newest in any case. */
function store(
  state: State,
  { kind, key }: Put | Change | Land,
  value: string,
  deadline: number,
  phase: Phase,
): Step {
  const version = state.clock;
  const entry: Entry = { key, value, deadline, version };
  const before = kind === 'land' ? state : fence(state, key);
  return written({ ...count(before, 'puts'), clock: version + 1 }, entry, phase);
}

function written(state: State, entry: Entry, phase: Phase): Step {
  const found = find(state, entry.key);
  if (phase !== 'logged') return done({ ...state, entries: [entry, ...without(state, found)] });
  const entries = state.entries.map((other) => (other === found ? entry : other));
  if (found === undefined) entries.unshift(entry);
  return { state: { ...state, entries }, phase: `append ${entry.version}` };
}

function readSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
  counts: boolean,
): Step[] {
  const found = find(state, key);
  if (found === undefined) return answers(answer, 'MISS', done(counts ? count(state, 'misses') : state));
  if (isThere(found, now)) return answers(answer, found.value, counts ? hit(state, found) : done(state));
  if (!counts) return answers(answer, 'MISS', done(state));
  return answers(answer, 'EXPIRED', expire(state, found, 'count a miss'));
}

function deleteSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
): Step[] {
  const found = find(state, key);
  const fenced = fence(state, key);
  if (found === undefined) return answers(answer, 'MISS', done(fenced));
  if (!isThere(found, now)) return answers(answer, 'EXPIRED', expire(fenced, found, 'done'));
  return answers(answer, 'OK', done(count({ ...fenced, entries: without(state, found) }, 'deletes')));
}

function swapSteps(state: State, phase: Phase, action: Change, answer: Answer, rules: Rules): Step[] {
  const found = find(state, action.key);
  const before = found !== undefined && isThere(found, action.now) ? found.value : 'MISS';
  const mayStore = answer.result === undefined || answer.result === before;
  return putSteps(state, phase, action, answer, rules, mayStore);
}

function addSteps(state: State, phase: Phase, action: Change, answer: Answer): Step[] {
  const found = find(state, action.key);
  if (found === undefined || !isThere(found, action.now)) return answers(answer, 'MISS', done(state));
  if (!found.value.startsWith('#')) return answers(answer, 'NOT_NUMBER', done(state));
  if (phase === 'begin') return modes(state, answer, false);
  const sum = `#${Number(found.value.slice(1)) + numberIn(action.value)}`;
  const deadline = action.ttl < 0 ? found.deadline : deadlineOf(action);
  return answers(answer, sum, store(state, action, sum, deadline, phase));
}

function takeSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
): Step[] {
  const found = find(state, key);
  const fenced = fence(state, key);
  if (found === undefined) return answers(answer, 'MISS', done(count(fenced, 'misses')));
  if (!isThere(found, now)) return answers(answer, 'EXPIRED', expire(fenced, found, 'count a miss'));
  const taken = count({ ...fenced, entries: without(state, found) }, 'deletes');
  return answers(answer, found.value, done(count(taken, 'hits')));
}

function touchSteps(
  state: State,
  phase: Phase,
  action: { readonly key: string; readonly now: number; readonly ttl: number },
  answer: Answer,
): Step[] {
  const found = find(state, action.key);
  if (found === undefined || !isThere(found, action.now)) return answers(answer, 'MISS', done(state));
  if (phase === 'begin') return modes(state, answer, false);
  return answers(answer, 'OK', written(state, { ...found, deadline: deadlineOf(action) }, phase));
}

function nearSteps(
  state: State,
  { key, now }: { readonly key: string; readonly now: number },
  answer: Answer,
): Step[] {
  const found = find(state, key);
  if (found === undefined || found.value !== answer.decoded) return answers(answer, 'MISS', done(state));
  if (isThere(found, now)) return answers(answer, 'OK', hit(state, found));
  // MISS: its deadline is not the one that was decoded
  return ['EXPIRED', 'MISS'].flatMap((result) => answers(answer, result, done(state)));
}

/** The cleaner removes any number of expired entries, one in each step. */
function cleanSteps(state: State, now: number): Step[] {
  const due = state.entries.filter((entry) => !isThere(entry, now));
  return [done(state), ...due.map((entry) => expire(state, entry, 'begin'))];
}

/**
 * Records are applied; and if all have been that stood there at first, the least recently used entry may go. When there is
 * room by now, none goes.
 */
function evictionSteps(
  state: State,
  phase: Phase,
  before: number,
  action: Action,
  { maxSize }: Rules,
): Step[] {
  const steps = applications(state, phase);
  if (state.entries.length < maxSize) return [...steps, { state, phase: 'begin' }];
  const isDue = Object.values(state.logs).some((log) => log.some(({ at }) => at < before));
  return isDue ? steps : [...steps, evict(state, action, 'begin')];
}

/** The least recently used entry goes; one past its deadline counts as expired. Nothing, when there is none any more. */
function evict(state: State, action: Action, phase: Phase): Step {
  const victim = state.entries.findLast(({ pinned }) => pinned !== true);
  if (victim === undefined) return { state, phase };
  if ('now' in action && !isThere(victim, action.now)) return expire(state, victim, phase);
  return { state: count({ ...state, entries: without(state, victim) }, 'evictions'), phase };
}

/** For want of memory entries go, and logs are applied. */
function pressure(state: State, phase: Phase, { victims }: Rules): Step[] {
  if (victims.length === 0) return [];
  const evictions = state.entries
    .filter(({ key }) => victims.includes(key))
    .map(
      (entry): Step => ({ state: count({ ...state, entries: without(state, entry) }, 'evictions'), phase }),
    );
  return [...evictions, ...applications(state, phase)];
}

function expire(state: State, entry: Entry, phase: Phase): Step {
  return { state: count({ ...state, entries: without(state, entry) }, 'expired'), phase };
}

function hit(state: State, { version }: Entry): Step {
  return { state: count(state, 'hits'), phase: `append ${version}` };
}
