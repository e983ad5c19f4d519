/**
 * What ways through all entries may meet, in the specification. Whether a key is there, and with which value, is seen at
 * an instant of the key's own: so a key that stays is met once, and none is met twice.
 */
import { type Answer, answers } from './answer.js';
import { applications, done, find, isThere, type Phase, type State, type Step } from './state.js';

interface Way {
  readonly now: number;
}

/** Bucket by bucket, in a bucket by the hash. `order`: the keys of each bucket. */
export function scanSteps(
  state: State,
  phase: Phase,
  { now }: Way,
  answer: Answer,
  order: readonly (readonly string[])[],
): Step[] {
  if (answer.result === undefined) return [done(state)];
  const seen = seenBy(phase);
  const bucket = order.find((keys) => keys.some((key) => !seen.includes(key)));
  if (bucket === undefined) {
    const met = order.flat().map((key) => itemIn(answer.result, key) ?? '');
    return answers(answer, met.filter((item) => item !== '').join(' '), done(state));
  }
  return bucket
    .filter((key) => !seen.includes(key) && itemOf(state, key, now) === itemIn(answer.result, key))
    .map((key) => see(state, seen, key));
}

/**
 * In the order of use: first it is seen which keys are there, when all accesses that have returned are in that order, then
 * they are looked up one after the other. What is gone by then is left out.
 */
export function walkSteps(
  state: State,
  phase: Phase,
  { now }: Way,
  answer: Answer,
  order: readonly (readonly string[])[],
): Step[] {
  if (answer.result === undefined) return [done(state), ...applications(state, phase)];
  const seen = seenBy(phase);
  const keys = order.flat();
  const unseen = keys.filter((key) => !seen.includes(key));
  const isMet = (key: string): boolean => itemIn(answer.result, key) !== undefined;
  const steps = unseen
    .filter((key) => isMet(key) === (itemOf(state, key, now) !== undefined))
    .map((key) => see(state, seen, key));
  if (unseen.some(isMet)) return [...steps, ...applications(state, phase)];
  const item = itemsOf(answer.result)[seen.filter((one) => one.includes(':')).length];
  if (item === undefined) return unseen.length === 0 ? [done(state)] : steps;
  const isFirst = !seen.includes(item);
  const isThereNow = keys.some((key) => itemOf(state, key, now) === item);
  return isFirst && isThereNow ? [...steps, see(state, seen, item)] : steps;
}

function see(state: State, seen: readonly string[], next: string): Step {
  return { state, phase: `at ${[...seen, next].sort().join(' ')}` };
}

function seenBy(phase: Phase): string[] {
  return phase === 'begin' ? [] : itemsOf(phase).slice(1);
}

/** `a:x` for a key that is there. */
function itemOf(state: State, key: string, now: number): string | undefined {
  const found = find(state, key);
  return found !== undefined && isThere(found, now) ? `${key}:${found.value}` : undefined;
}

function itemIn(result: string | undefined, key: string): string | undefined {
  return itemsOf(result).find((item) => item.startsWith(`${key}:`));
}

function itemsOf(text = ''): string[] {
  return text.split(' ').filter((item) => item !== '');
}
