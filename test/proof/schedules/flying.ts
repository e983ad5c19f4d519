/**
 * What loads may do, in the specification. A flight is of one key and has one leader; whoever writes the key fences it,
 * at the latest when the write happens; only its leader lands it, unless it is fenced.
 */
import type { Action, Claim, Land } from './actions.js';
import { type Answer, answers } from './answer.js';
import { done, find, isThere, type Phase, type State, type Step } from './state.js';

/** A load under way. */
export interface Flight {
  readonly key: string;
  /** The thread that loads. */
  readonly leader: number;
  /** When its lease is over, in µs. */
  readonly until: number;
  /** The key was written since. */
  readonly isFenced: boolean;
  /** Somebody waits to be told how it ends. */
  readonly isAwaited: boolean;
  /** Which one of all. */
  readonly number: number;
}

/** Tries to lead; with `awaits`, who does not asks the leader to tell, at another instant. */
export function claimSteps(state: State, phase: Phase, action: Claim, answer: Answer): Step[] {
  const { key, now, ahead, lease } = action;
  if (phase.startsWith('await')) return awaitSteps(state, Number(phase.split(' ')[1]), answer);
  if (isThere(find(state, key), now + ahead)) return answers(answer, 'CONFLICT', done(state));
  const found = state.flights.find((flight) => flight.key === key);
  if (found === undefined || found.isFenced || found.until <= now) {
    const flight = { key, leader: answer.thread, until: now + lease, isFenced: false, isAwaited: false };
    const flights = [...others(state, found), { ...flight, number: state.clock }];
    return answers(answer, 'OK', done({ ...state, flights, clock: state.clock + 1 }));
  }
  if (found.leader === answer.thread) return answers(answer, 'OWN_FLIGHT', done(state));
  if (action.awaits !== true) return answers(answer, 'FLYING', done(state));
  return [{ state, phase: `await ${found.number}` }];
}

function awaitSteps(state: State, number: number, answer: Answer): Step[] {
  const found = state.flights.find((flight) => flight.number === number);
  if (found === undefined) return answers(answer, 'ENDED', done(state));
  const flights = [...others(state, found), { ...found, isAwaited: true }];
  return answers(answer, 'AWAITS', done({ ...state, flights }));
}

export function endSteps(state: State, key: string, answer: Answer): Step[] {
  const found = flightOf(state, key, answer.thread);
  if (found === undefined) return answers(answer, 'MISS', done(state));
  return answers(answer, found.isAwaited ? 'TELL' : 'OK', done({ ...state, flights: others(state, found) }));
}

/** Whether what a thread has loaded would be stored now. */
export function mayLand(state: State, { key }: Land, { thread }: Answer): boolean {
  return flightOf(state, key, thread)?.isFenced === false;
}

/** Nothing of this key that is loaded already will be stored. */
export function fence(state: State, key: string): State {
  return {
    ...state,
    flights: state.flights.map((one) => (one.key === key ? { ...one, isFenced: true } : one)),
  };
}

/** The same for all keys. */
export function fenceAll(state: State): State {
  return { ...state, flights: state.flights.map((flight) => ({ ...flight, isFenced: true })) };
}

/** A thread is gone, and so are its flights. */
export function drop(state: State, thread: number): State {
  return { ...state, flights: state.flights.filter(({ leader }) => leader !== thread) };
}

/** Who is about to write a key may fence its flight before. */
export function earlyFences(state: State, phase: Phase, action: Action): Step[] {
  if (!mayWrite(state, action)) return [];
  const isLanding = state.flights.some(({ key, isFenced }) => key === action.key && !isFenced);
  return isLanding ? [{ state: fence(state, action.key), phase }] : [];
}

function mayWrite(state: State, action: Action): action is Action & { readonly key: string } {
  switch (action.kind) {
    case 'put':
    case 'delete':
    case 'take':
    case 'swap':
      return true;
    case 'putIfAbsent':
      return !isThere(find(state, action.key), action.now);
    case 'add':
      return isThere(find(state, action.key), action.now);
    default:
      return false;
  }
}

function flightOf({ flights }: State, key: string, leader: number): Flight | undefined {
  return flights.find((flight) => flight.key === key && flight.leader === leader);
}

function others({ flights }: State, flight: Flight | undefined): Flight[] {
  return flights.filter((other) => other !== flight);
}
