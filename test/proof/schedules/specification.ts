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
 */
import { type Action, label, type Put } from './actions.js';

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
  /** Writes and records so far. */
  readonly clock: number;
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
 * `append`: the entry of this version goes to the log.
 */
export type Phase =
  | 'begin'
  | 'direct'
  | 'logged'
  | `evict ${number}`
  | `append ${number}`
  | 'count a miss'
  | 'pinned'
  | 'link'
  | 'done';

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
  logs: {},
  clock: 0,
};

/** What an action was told, as far as the specification looks at it. */
export interface Answer {
  readonly thread: number;
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
  if (phase === 'count a miss') return [done(count(state, 'misses'))];
  const [name, number] = phase.split(' ');
  if (name === 'evict') return evictionSteps(state, phase, Number(number), action);
  if (name === 'append' && 'key' in action) {
    return [done(append(state, answer.thread, action.key, Number(number)))];
  }
  if (action.kind !== 'put' || rules.shards === 1) return plainStepsOf(state, phase, action, answer, rules);
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
      return [done(state), ...pressure(state, 'begin', rules)];
    case 'reap':
      return [done(state)];
    case 'lose':
      return state.entries
        .filter(({ key }) => action.keys.includes(key))
        .map((entry) => ({ state: { ...state, entries: without(state, entry) }, phase }));
  }
}

function putSteps(state: State, phase: Phase, action: Put, answer: Answer, rules: Rules): Step[] {
  const steps = pressure(state, phase, rules);
  if (answer.result === 'NO_ROOM') return [done(state), ...steps];
  const isEmpty = (state.logs[answer.thread] ?? []).length === 0;
  if (phase === 'begin') return [{ state, phase: isEmpty ? 'direct' : 'logged' }, ...steps];
  // somebody else has applied the log since it was looked at: it may be looked at once more
  if (phase === 'logged' && isEmpty) steps.push({ state, phase: 'direct' });
  const found = find(state, action.key);
  if (found !== undefined && !isThere(found, action.now)) steps.push(expire(state, found, 'begin'));
  else if (found !== undefined || state.entries.length < rules.maxSize)
    steps.push(store(state, action, phase));
  else steps.push({ state, phase: `evict ${state.clock}` });
  return steps;
}

/** A logged update leaves its entry where it is; a new entry is the newest in any case. */
function store(state: State, { key, value, now, ttl }: Put, phase: Phase): Step {
  const version = state.clock;
  const entry: Entry = { key, value: label(value), deadline: ttl === 0 ? 0 : now + ttl, version };
  const found = find(state, key);
  const stays = found !== undefined && phase === 'logged';
  const entries = stays
    ? state.entries.map((other) => (other === found ? entry : other))
    : [entry, ...without(state, found)];
  const next = count({ ...state, entries, clock: version + 1 }, 'puts');
  return phase === 'logged' ? { state: next, phase: `append ${version}` } : done(next);
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
  if (isThere(found, now)) return answers(answer, 'OK', hit(state, found));
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

/** Records are applied; and if all have been that stood there at first, the least recently used entry may go. */
function evictionSteps(state: State, phase: Phase, before: number, action: Action): Step[] {
  const steps = applications(state, phase);
  const isDue = Object.values(state.logs).some((log) => log.some(({ at }) => at < before));
  return isDue ? steps : [...steps, evict(state, action, 'begin')];
}

/** The first record of some log is applied. */
function applications(state: State, phase: Phase): Step[] {
  return Object.keys(state.logs)
    .filter((thread) => state.logs[Number(thread)]?.length)
    .map((thread) => ({ state: applyFirst(state, Number(thread)), phase }));
}

function applyFirst(state: State, thread: number): State {
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

function append(state: State, thread: number, key: string, version: number): State {
  const log = [...(state.logs[thread] ?? []), { key, version, at: state.clock }];
  return { ...state, logs: { ...state.logs, [thread]: log }, clock: state.clock + 1 };
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
