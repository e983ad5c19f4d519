/**
 * One way in which a function may have come to a point of its code.
 *
 * A state says whether a lock is held, what the slots and the stack hold, and what the branches taken have shown. A
 * point of the code is reached by a set of states; each obeys the rules for itself. So "the lock was taken and `status`
 * is 0" and "it was not and `status` is 1" stay two states, and a later branch on `status` separates them again.
 */
import type { FlatFunction, Jump } from './code.js';
import { compute, constant, NOTHING, same, unknown, type Value } from './values.js';

/** A lock in the hand of the running thread. */
export interface Held {
  /** Position of the cmpxchg that took it. */
  readonly site: number;
  /** The address it was taken at, without the static offset. */
  readonly address: Value;
}

/** What branches have shown of a value: its number, or only that it is not zero. */
interface Fact {
  readonly subject: Value;
  readonly is: bigint | 'not zero';
  /** From a cmpxchg that failed: the one fact about it that must outlive all simplification. */
  readonly essential: boolean;
}

/** One way to have come here; changed in place while a straight piece of code is followed. */
export interface State {
  held: Held | undefined;
  readonly slots: Value[];
  readonly stack: Value[];
  readonly facts: Map<string, Fact>;
  /** Instructions since the lock was taken, 0 without one. */
  steps: number;
}

/** The state in which a function starts: no lock, unknown parameters. */
export function initialState(code: FlatFunction): State {
  const slots = code.slots.map(({ bits, starts }, slot) =>
    starts === 'zero' ? constant(bits, 0n) : unknown(`slot${slot}`, bits),
  );
  return { held: undefined, slots, stack: [], facts: new Map(), steps: 0 };
}

/** An independent copy. */
export function copyOf(state: State): State {
  return { ...state, slots: [...state.slots], stack: [...state.stack], facts: new Map(state.facts) };
}

/** Takes the top of the stack. */
export function pop(state: State): Value {
  const value = state.stack.pop();
  if (!value) throw new Error('Cannot follow the code: its stack is too low');
  return value;
}

function replace(state: State, by: (value: Value) => Value): void {
  for (const values of [state.slots, state.stack]) {
    for (const [index, value] of values.entries()) values[index] = by(value);
  }
}

/** Forgets everything that is said in terms of an unknown, because its name is about to mean another number. */
export function forget(state: State, name: string): void {
  const stale = (value: Value): boolean => value.roots.includes(name);
  replace(state, (value) => (stale(value) ? NOTHING : value));
  for (const [key, fact] of state.facts) if (stale(fact.subject)) state.facts.delete(key);
  if (state.held && stale(state.held.address)) state.held = { ...state.held, address: NOTHING };
}

/** What the facts make of a value: a constant where they decide it. */
export function resolve(state: State, value: Value): Value {
  if (value.constant !== undefined || state.facts.size === 0) return value;
  const fact = state.facts.get(value.key);
  if (fact && typeof fact.is === 'bigint') return constant(value.bits, fact.is);
  if (fact && value.isBoolean) return constant(value.bits, 1n);
  if (!value.operands || value.name === undefined) return value;
  const operands = value.operands.map((operand) => resolve(state, operand));
  if (/^Eq/.test(value.name) && provenUnequal(state, operands)) return constant(32, 0n);
  if (operands.every((operand, index) => operand === value.operands?.[index])) return value;
  return compute(value.name, value.bits, operands) ?? value;
}

function provenUnequal(state: State, operands: readonly Value[]): boolean {
  const zero = operands.findIndex((operand) => operand.constant === 0n);
  const other = operands[1 - zero];
  return zero >= 0 && other !== undefined && state.facts.get(other.key)?.is === 'not zero';
}

function learn(state: State, subject: Value, is: bigint | 'not zero', essential: boolean): void {
  if (subject.constant !== undefined || subject === NOTHING) return;
  const before = state.facts.get(subject.key);
  state.facts.set(subject.key, { subject, is, essential: essential || before?.essential === true });
  if (typeof is !== 'bigint') return;
  const known = constant(subject.bits, is);
  replace(state, (value) => (same(value, subject) ? known : value));
}

/**
 * Takes for granted that a value is a certain number.
 *
 * @param state the state to change
 * @param value what is known now
 * @param number the number it is
 */
export function assumeIs(state: State, value: Value, number: bigint): void {
  learn(state, value, number, false);
}

/**
 * Takes for granted that a condition holds, or that it does not.
 *
 * @param state the state to change
 * @param condition an integer, true unless 0
 * @param holds which of the two
 * @param essential whether this is the outcome of a cmpxchg
 */
export function assume(state: State, condition: Value, holds: boolean, essential = false): void {
  const [a, b] = condition.operands ?? [];
  if (condition.name === 'Not' && a) {
    assume(state, a, !holds, essential);
    return;
  }
  const is = condition.isBoolean ? 1n : 'not zero';
  learn(state, condition, holds ? is : 0n, essential);
  if (!a || !b || !condition.name) return;
  if (/^Eq/.test(condition.name)) {
    const [subject, other] = b.constant === undefined ? [b, a] : [a, b];
    if (holds && other.constant !== undefined) learn(state, subject, other.constant, essential);
    else if (other.constant === 0n) learn(state, subject, 'not zero', essential);
  } else if (a.isBoolean && b.isBoolean && condition.name === (holds ? 'AndInt32' : 'OrInt32')) {
    for (const part of [a, b]) assume(state, part, holds, essential);
  }
}

/** Takes for granted that two values differ, as after a cmpxchg that found another value than it expected. */
export function assumeUnequal(state: State, a: Value, b: Value): void {
  const equal = compute('EqInt64', 32, [a, b]);
  if (equal) assume(state, equal, false, true);
}

/** Does to the stack what a branch does: keeps what the label had below, and the value it carries. */
export function unwind(state: State, jump: Jump): void {
  const carried = jump.carried ? [pop(state)] : [];
  if (state.stack.length < jump.height) throw new Error('Cannot follow the code: its stack is too low');
  state.stack.length = jump.height;
  state.stack.push(...carried);
}

/** Forgets what no later instruction can use: slots never read again, and facts about nothing that is left. */
export function prune(state: State, live: bigint, essentialFactsOnly: boolean): void {
  for (const slot of state.slots.keys())
    if (((live >> BigInt(slot)) & 1n) === 0n) state.slots[slot] = NOTHING;
  if (state.facts.size === 0) return;
  const roots = new Set([...state.slots, ...state.stack].flatMap((value) => value.roots));
  for (const [key, fact] of state.facts) {
    const kept = fact.essential || !essentialFactsOnly;
    if (!kept || !fact.subject.roots.every((root) => roots.has(root))) state.facts.delete(key);
  }
}

/** Equal for states that have the same future. */
export function keyOf(state: State): string {
  const facts = [...state.facts].map(([key, fact]) => `${key}=${fact.is}`).sort();
  return [
    heldKey(state),
    ...state.slots.map(keyOfValue),
    '|',
    ...state.stack.map(keyOfValue),
    '|',
    ...facts,
  ].join(' ');
}

/** Equal for states that hold the same lock, or none. */
export function heldKey(state: State): string {
  return state.held ? `held ${state.held.site} ${state.held.address.key}` : 'free';
}

function keyOfValue(value: Value): string {
  return value.key;
}

/** A state that promises only what both promise; they hold the same lock. */
export function joined(a: State, b: State): State {
  const both = (x: Value, y: Value | undefined): Value => (y && same(x, y) ? x : NOTHING);
  const facts = new Map([...a.facts].filter(([key, fact]) => b.facts.get(key)?.is === fact.is));
  return {
    held: a.held,
    slots: a.slots.map((value, slot) => both(value, b.slots[slot])),
    stack: a.stack.map((value, index) => both(value, b.stack[index])),
    facts,
    steps: Math.max(a.steps, b.steps),
  };
}
