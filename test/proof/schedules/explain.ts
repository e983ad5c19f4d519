/**
 * Whether what threads were told, and what is left in the end, can have come about: a search for an order of the
 * steps of all actions that the specification allows, in which each action stands within its interval.
 */
import { type Action, label } from './actions.js';
import type { Answer } from './answer.js';
import { type Rules, stepsOf } from './specification.js';
import { type Counts, type Entry, ordered, type Phase, type State } from './state.js';

/** An action as it looked from outside. */
export interface Happened extends Answer {
  readonly action: Action;
}

/** What is left when all is quiet. */
export interface End {
  readonly entries: readonly Pick<Entry, 'key' | 'value'>[];
  /** Whether `entries` is in order, the most recently used first. */
  readonly ordered: boolean;
  readonly counts: Partial<Counts>;
}

/** Stands for a value that was not read. */
const UNREAD = 'OK';

/** The same for histories that have the same explanations. */
export function signatureOf(history: readonly Happened[], end: End): string {
  let text = '';
  for (const { thread, result, start, end: own } of history) {
    text += `${thread}=${result}${own === Number.POSITIVE_INFINITY ? '!' : ''}:`;
    for (const other of history) text += other.end < start ? '1' : '0';
  }
  for (const { key, value } of end.entries) text += `${key}${value},`;
  for (const number of Object.values(end.counts)) text += ` ${number}`;
  return text;
}

/** The state in the end of some explanation; undefined when there is none. Actions of one thread are in their order. */
export function explain(
  initial: State,
  history: readonly Happened[],
  end: End,
  rules: Rules,
): State | undefined {
  return new Search(history, end, rules).run(initial);
}

/** How far one action has come. */
interface Place {
  readonly happened: Happened;
  phase: Phase;
}

class Search {
  readonly #places: readonly Place[];
  readonly #end: End;
  readonly #rules: Rules;
  readonly #seen = new Set<string>();

  constructor(history: readonly Happened[], end: End, rules: Rules) {
    this.#places = history.map((happened) => ({ happened, phase: 'begin' }));
    this.#end = end;
    this.#rules = rules;
  }

  run(state: State): State | undefined {
    const key = `${this.#places.map(({ phase }) => phase).join()}|${JSON.stringify(state)}`;
    if (this.#seen.has(key)) return undefined;
    this.#seen.add(key);
    if (this.#places.every(isOver) && matches(state, this.#end)) return state;
    for (const place of this.#places) {
      const end = this.#mayGoOn(place) ? this.#goOn(place, state) : undefined;
      if (end !== undefined) return end;
    }
    return undefined;
  }

  #goOn(place: Place, state: State): State | undefined {
    const { phase, happened } = place;
    for (const step of stepsOf(state, phase, happened.action, happened, this.#rules)) {
      place.phase = step.phase;
      const end = this.run(step.state);
      if (end !== undefined) return end;
    }
    place.phase = phase;
    return undefined;
  }

  /** It is not over, and everything that ended before it began is, like everything that its thread did before it. */
  #mayGoOn(place: Place): boolean {
    const { phase, happened } = place;
    if (phase === 'done') return false;
    const index = this.#places.indexOf(place);
    return this.#places.every((other, at) => {
      const isBefore = at < index && other.happened.thread === happened.thread;
      return other.phase === 'done' || (!isBefore && other.happened.end >= happened.start);
    });
  }
}

function isOver({ phase, happened }: Place): boolean {
  if (phase === 'done') return true;
  if (happened.end !== Number.POSITIVE_INFINITY) return false;
  // a thread that dies does not do so under the lock, nor between a read and its record
  const isRead = happened.action.kind === 'get' || happened.action.kind === 'near';
  return phase !== 'pinned' && phase !== 'link' && !(isRead && phase.startsWith('append'));
}

function matches(state: State, end: End): boolean {
  for (const [name, number] of Object.entries(end.counts)) {
    if (state.counts[name as keyof Counts] !== number) return false;
  }
  if (state.entries.length !== end.entries.length) return false;
  const inOrder = end.ordered ? ordered(state) : [];
  return end.entries.every(({ key, value }, index) => {
    const found = end.ordered ? inOrder[index] : state.entries.find((entry) => entry.key === key);
    return found?.key === key && (found.value === value || value === UNREAD);
  });
}

/** A history and its end as text, one line each. */
export function describe(history: readonly Happened[], end: End): string {
  const lines = history.map(({ thread, action, result, start, end: own }) => {
    const { kind, ...details } = action;
    const given = JSON.stringify('value' in details ? { ...details, value: label(details.value) } : details);
    return `  ${thread}: ${kind} ${given} = ${result} [${start}, ${own}]`;
  });
  const entries = end.entries.map(({ key, value }) => `${key}: ${value}`).join(', ');
  const counts = Object.entries(end.counts).map(([name, number]) => `${number} ${name}`);
  return [
    ...lines,
    `  left${end.ordered ? ', newest first' : ''}: ${entries}`,
    `  ${counts.join(', ')}`,
  ].join('\n');
}
