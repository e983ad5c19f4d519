/**
 * Histories written down by hand, as they are drawn on paper: one line for each thread, time to the right.
 *
 *     put(a,1)----      get(a)=2--
 *          put(a,2)...
 *
 * An operation begins at its first character and ends with its last dash; with three dots it never ends. The column is
 * the time: also in µs, where it matters.
 */
import { ABSENT, BROKEN, KINDS, type Kind, NO_KEY, type Operation } from './history.js';

const OPERATION = /(\w+)\(([a-z]?),?(\d*)\)(?:=(\w+))?-*(\.\.\.)?/g;
const RESULTS: Readonly<Record<string, number>> = { yes: 1, no: 0, none: ABSENT, torn: BROKEN };
/** Ticks of a column: each thread has two of its own, so that no two are the same. */
const TICKS = 32;

/** The history of a drawing. `a` is key 0, `b` key 1. Results: a number, `none`, `torn`, `yes`, `no`. */
export function drawn(drawing: string): Operation[] {
  const lines = drawing.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line, thread) =>
    [...line.matchAll(OPERATION)].map((match) => operationOf(match, thread)),
  );
}

function operationOf(match: RegExpExecArray, thread: number): Operation {
  const [text, name = '', letter = '', argument, result = 'none', pending] = match;
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) throw new Error(`Cannot read the drawing: '${name}' is no operation`);
  const start = match.index;
  const end = pending ? Number.POSITIVE_INFINITY : start + text.length - 1;
  return {
    thread,
    kind: kind satisfies Kind,
    key: letter === '' ? NO_KEY : letter.charCodeAt(0) - 'a'.charCodeAt(0),
    argument: Number(argument),
    result: RESULTS[result] ?? Number(result),
    called: start * TICKS + thread,
    returned: end * TICKS + TICKS / 2 + thread,
    calledAt: start,
    returnedAt: end,
  };
}
