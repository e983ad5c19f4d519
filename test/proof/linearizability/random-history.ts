/** Small random histories, right and wrong ones, to try the search on. */
import type { Random } from '../../support/random.js';
import { ABSENT, answersValue, bringsValue, type Kind, NO_KEY, type Operation } from './history.js';

/** What to make. */
export interface Shape {
  readonly threads: number;
  readonly operations: number;
  readonly keys: number;
  readonly kinds: readonly Kind[];
}

type Draft = { -readonly [Field in keyof Operation]: Operation[Field] };

/** Operations begin and end in a random order; results are guesses. Some never end. */
export function randomHistory(random: Random, shape: Shape): Operation[] {
  const history: Draft[] = [];
  const open: (Draft | undefined)[] = Array.from({ length: shape.threads }, () => undefined);
  for (let tick = 1; history.length < shape.operations || tick % 4 !== 0; tick++) {
    const thread = random.below(shape.threads);
    const operation = open[thread];
    if (operation !== undefined) {
      operation.returned = tick;
      operation.result = guess(random, operation.kind, history.length);
      open[thread] = undefined;
    } else if (history.length < shape.operations) {
      open[thread] = draft(random, shape, thread, tick, history.length + 1);
      history.push(open[thread]);
    }
  }
  return history;
}

function draft(random: Random, { kinds, keys }: Shape, thread: number, tick: number, value: number): Draft {
  const kind = kinds[random.below(kinds.length)] ?? 'get';
  const never = Number.POSITIVE_INFINITY;
  return {
    ...{ thread, kind, key: kind === 'clear' ? NO_KEY : random.below(keys) },
    ...{ argument: bringsValue(kind) ? value : ABSENT, result: ABSENT },
    ...{ called: tick, returned: never, calledAt: 0, returnedAt: never },
  };
}

/** Values are numbered as the operations are, so that a guess is often one that was put. */
function guess(random: Random, kind: Kind, operations: number): number {
  return answersValue(kind) ? random.below(operations + 1) : random.below(2);
}
