/** Holds a recorded history against the contract. */
import { describeOperation, type Operation } from './history.js';
import { FOR_EVER, type Lifetime, register, UNTIL_EVICTED, untilExpired, wholeCache } from './models.js';
import { linearize, type Verdict } from './search.js';

/** What the contract promises of a history. */
export interface Contract {
  /** Whether each key is judged by itself, or all together, which `clear` and `size` need. */
  readonly scope: 'each key' | 'all keys';
  /** Why a value may go by itself. */
  readonly loss: 'never' | 'evicted' | 'expired';
  readonly keys: number;
  readonly maxSize: number;
  /** µs, where values expire. */
  readonly ttl: number;
}

/** µs by which the clocks of two threads may differ; they differ by 20 where it was measured. */
const CLOCK_SLACK = 250;
/** Operations of a report: those placed last. */
const SHOWN = 12;

/**
 * What is wrong with a history, as a report of several lines; undefined when it keeps the contract.
 *
 * Keys are independent of each other, so a history is linearizable when it is for each key by itself (Herlihy and
 * Wing, 1990), which is far less to search.
 */
export function judge(history: readonly Operation[], contract: Contract): string | undefined {
  const { maxSize, scope, keys } = contract;
  const tooLarge = history.find(({ kind, result }) => kind === 'size' && result > maxSize);
  if (tooLarge) return `More than ${maxSize} entries: ${describeOperation(tooLarge)}`;
  if (scope === 'all keys') {
    return explain('All keys', linearize(history, wholeCache(keys, lifetimeOf(history, contract))));
  }
  for (let key = 0; key < keys; key++) {
    const own = history.filter((operation) => operation.key === key);
    const problem = explain(`Key k${key}`, linearize(own, register(lifetimeOf(own, contract))));
    if (problem) return problem;
  }
  return undefined;
}

function lifetimeOf(history: readonly Operation[], { loss, ttl }: Contract): Lifetime {
  if (loss === 'expired') return untilExpired(history, ttl, CLOCK_SLACK);
  return loss === 'evicted' ? UNTIL_EVICTED : FOR_EVER;
}

function explain(subject: string, { isLinearizable, placed, stuck }: Verdict): string | undefined {
  if (isLinearizable) return undefined;
  const left = placed.length > SHOWN ? [`  … ${placed.length - SHOWN} before`] : [];
  return [
    `${subject}: not linearizable. In this order, thread: operation [called, returned]`,
    ...left,
    ...placed.slice(-SHOWN).map((operation) => `  ${describeOperation(operation)}`),
    'none of these can come next',
    ...stuck.map((operation) => `  ${describeOperation(operation)}`),
  ].join('\n');
}
