/**
 * The engine's critical steps under a deterministic scheduler: every order of the accesses to shared memory, up to a
 * bound, for two threads that meet in one place; a sample for more. Whatever the order, the structures must be whole
 * in the end, and what every thread was told, what is left, its order of use and the counters must have come about
 * by a cache that does one step after another. Then the same with a thread that dies on the way.
 *
 * `HEDDLE_LONG=1` explores deeper (with `node --test` and this file alone: it takes longer than a test may),
 * `HEDDLE_SEED` takes other samples. What a failure says can be replayed: see explore/index.ts.
 */
import { describe, it } from 'node:test';
import { builtEngine, prepared } from './schedules/engines.js';
import { assertAllClean, describeReport, run, withDeaths } from './schedules/run.js';
import { SCENARIOS } from './schedules/scenarios/index.js';

const engine = prepared(builtEngine());

describe('every schedule is clean', () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, (test) => {
      const report = run(engine, scenario);
      test.diagnostic(describeReport(report));
      assertAllClean(scenario, report);
    });
  }
});

describe('every schedule in which a thread dies is clean', () => {
  for (const scenario of SCENARIOS) {
    const deadly = withDeaths(scenario);
    if (deadly === undefined) continue;
    it(scenario.name, (test) => {
      const report = run(engine, deadly);
      test.diagnostic(describeReport(report));
      assertAllClean(deadly, report);
    });
  }
});
