/**
 * What threads see of one cache is what they would see if its operations happened one after another: recorded from
 * real threads, and searched for such an order. The search is tested on histories with a known answer, and the whole
 * on broken engines: linearizability-mutants.test.ts.
 *
 *     HEDDLE_LONG=1     ten times as many histories; another number: that many times
 *     HEDDLE_SEED=123   the seed of the first history, as a report names it: the same operations, in another order
 */
import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import { ThreadSafeCache } from '../../src/index.js';
import { Random, seedOf } from '../support/random.js';
import { isLinearizable } from './linearizability/brute-force.js';
import { Crew } from './linearizability/crew.js';
import { EVICTED, EXPIRED, PENDING, REGISTER, type Sample, WHOLE } from './linearizability/drawings.js';
import type { Operation } from './linearizability/history.js';
import {
  FOR_EVER,
  type Model,
  register,
  UNTIL_EVICTED,
  untilExpired,
  wholeCache,
} from './linearizability/models.js';
import { drawn } from './linearizability/notation.js';
import { randomHistory, type Shape } from './linearizability/random-history.js';
import { linearize } from './linearizability/search.js';
import { type Effort, makeHistories, type Outcome } from './linearizability/session.js';
import { optionsOf, SETUPS, SETUPS_WITH_KILLS, type Setup } from './linearizability/setup.js';

const long = Number(process.env['HEDDLE_LONG'] ?? 0);
const times = long === 1 ? 10 : Math.max(1, long);
const seed = seedOf(process.env['HEDDLE_SEED']);

const EFFORT: Effort = { seed, milliseconds: 300 * times, atLeast: 2 };
/** A killed thread takes a while to replace. */
const EFFORT_WITH_KILLS: Effort = { seed, milliseconds: 600 * times, atLeast: 3 };

/** Random histories that both searches judge. */
const SMALL_HISTORIES = 1000 * times;

const crew = new Crew();
after(() => crew.dismiss());

async function keepsContract(test: TestContext, setup: Setup, effort: Effort): Promise<Outcome> {
  using cache = new ThreadSafeCache(optionsOf(setup));
  const outcome = await makeHistories(crew, cache, setup, effort);
  const { histories, operations, overlapping, kills, pending } = outcome;
  test.diagnostic(
    `${histories} histories of ${operations} operations, ${overlapping} of them overlapping` +
      (kills > 0 ? `; ${kills} threads killed, ${pending} of them in an operation` : ''),
  );
  assert.equal(outcome.problem, undefined, outcome.problem);
  return outcome;
}

function itJudges<State>(
  what: string,
  model: (history: Operation[]) => Model<State>,
  samples: readonly Sample[],
) {
  for (const { title, isRight, drawing } of samples) {
    it(`${isRight ? 'accepts' : 'refuses'}, of ${what}: ${title}`, () => {
      const history = drawn(drawing);
      assert.equal(linearize(history, model(history)).isLinearizable, isRight);
    });
  }
}

describe('the search', () => {
  itJudges('a key', () => register(FOR_EVER), REGISTER);
  itJudges('threads that died', () => register(FOR_EVER), PENDING);
  itJudges('a key that is evicted', () => register(UNTIL_EVICTED), EVICTED);
  itJudges('a key that expires', (history) => register(untilExpired(history, 40, 2)), EXPIRED);
  itJudges('two keys together', () => wholeCache(2, FOR_EVER), WHOLE);

  const oneKey: Shape = { threads: 3, operations: 5, keys: 1, kinds: ['put', 'get', 'delete', 'has'] };
  const oneStep: Shape = { ...oneKey, kinds: ['put', 'get', 'putIfAbsent', 'take', 'swap'] };
  // fewer operations: a guess at a sum is seldom right
  const counts: Shape = { ...oneKey, operations: 3, kinds: ['increment', 'increment', 'get', 'take'] };
  const twoKeys: Shape = { ...oneKey, keys: 2, kinds: ['put', 'get', 'delete', 'clear'] };
  itAgrees('a key', register(FOR_EVER), oneKey);
  itAgrees('a key that is evicted', register(UNTIL_EVICTED), oneKey);
  itAgrees('a key that is read and written in one step', register(FOR_EVER), oneStep);
  itAgrees('a key that counts', register(FOR_EVER), counts);
  itAgrees('two keys and clear', wholeCache(2, FOR_EVER), twoKeys);

  it('reports how far it came, and what does not fit', () => {
    const history = drawn('put(a,1)  get(a)=1  put(a,2)  get(a)=1');
    const { placed, stuck } = linearize(history, register(FOR_EVER));
    assert.deepEqual([placed, stuck], [history.slice(0, 3), history.slice(3)]);
  });

  it('does not try the same twice: threads that change nothing do not multiply', () => {
    const lanes = Array.from({ length: 6 }, () => 'has(a)=no---'.padEnd(20).repeat(10));
    const { isLinearizable: isRight, visited } = linearize(
      drawn(`${lanes.join('\n')}get(a)=1`),
      register(FOR_EVER),
    );
    assert.equal(isRight, false);
    assert.ok(visited <= 10 * 2 ** 6, `${visited} visited`);
  });

  it('refuses a thread that does two things at once', () => {
    const [first, second] = drawn('put(a,1)---\n  put(a,2)---');
    assert.ok(first && second);
    assert.throws(() => linearize([first, { ...second, thread: 0 }], register(FOR_EVER)), /thread 0 overlap/);
  });
});

/** Compares the search with the definition, on histories of which many are right and many are not. */
function itAgrees<State>(what: string, model: Model<State>, shape: Shape): void {
  it(`says what the definition says, of ${what}`, (test) => {
    let right = 0;
    for (let number = 0; number < SMALL_HISTORIES; number++) {
      const history = randomHistory(new Random(seed + number), shape);
      const expected = isLinearizable(history, model);
      if (expected) right++;
      assert.equal(linearize(history, model).isLinearizable, expected, `seed ${seed + number}`);
    }
    test.diagnostic(`${right} of ${SMALL_HISTORIES} are linearizable`);
    assert.ok(right > SMALL_HISTORIES / 20 && right < (SMALL_HISTORIES * 19) / 20);
  });
}

describe('threads that share a cache', () => {
  let overlapping = 0;

  for (const setup of SETUPS) {
    it(`keep the contract: ${setup.name}`, async (test) => {
      overlapping += (await keepsContract(test, setup, EFFORT)).overlapping;
    });
  }

  // of all setups together: on a busy machine one thread may be through before the next one begins
  it('were at work at the same time', () => assert.ok(overlapping > 0));
});

describe('threads that are killed half-way', () => {
  let pending = 0;

  for (const setup of SETUPS_WITH_KILLS) {
    it(`did their last operation or never began it: ${setup.name}`, async (test) => {
      pending += (await keepsContract(test, setup, EFFORT_WITH_KILLS)).pending;
    });
  }

  it('were in the middle of one', () => assert.ok(pending > 0));
});
