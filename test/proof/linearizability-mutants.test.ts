/**
 * Histories of real threads find the defects that are put into the engine for them: see linearizability.test.ts.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sampled } from '../support/effort.js';
import { seedOf } from '../support/random.js';
import { type BrokenModules, compileDefects, makeBrokenCache } from './linearizability/broken-engine.js';
import { Crew } from './linearizability/crew.js';
import { DEFECTS } from './linearizability/defects.js';
import { type Effort, makeHistories } from './linearizability/session.js';
import { optionsOf, SETUPS, type Setup } from './linearizability/setup.js';

const seed = seedOf(process.env['HEDDLE_SEED']);

/** Broken engines are found within a second as a rule. Where they are not, new threads and another cache do it sooner. */
const SEARCH = { milliseconds: 5000, atLeast: 1 };
const MOST_SEARCHES = 24;
const CONTROL: Effort = { seed, milliseconds: 100, atLeast: 2 };

const crew = new Crew();
after(() => crew.dismiss());

describe('a broken engine', () => {
  let modules: BrokenModules;

  before(async () => {
    modules = await compileDefects();
  });

  const searches = DEFECTS.flatMap((defect) => defect.foundBy.map((name) => ({ defect, name })));
  for (const { defect, name } of sampled(searches, 8)) {
    it(`is found: ${defect.name}, by ${name}`, async (test) => {
      const setup = setupOf(name);
      const start = performance.now();
      let [problem, made]: [string | undefined, number] = [undefined, 0];
      for (let search = 0; search < MOST_SEARCHES && problem === undefined; search++) {
        using cache = makeBrokenCache(modules, defect.file, defect, optionsOf(setup));
        const outcome = await makeHistories(crew, cache, setup, { ...SEARCH, seed: seed + made });
        made += outcome.histories;
        problem = outcome.problem;
      }
      test.diagnostic(`in history ${made}, after ${Math.round(performance.now() - start)} ms`);
      assert.match(problem ?? 'nothing was found', /not linearizable/);
    });
  }

  for (const file of ['sections.ts', 'operations.ts', 'deadline.ts', 'near.ts', 'conditional.ts'] as const) {
    it(`is found for its defect: without, nothing is (${file})`, async () => {
      for (const name of ['small values', 'clear', 'reads and writes in one step', 'counts']) {
        const setup = setupOf(name);
        using cache = makeBrokenCache(modules, file, undefined, optionsOf(setup));
        const { problem } = await makeHistories(crew, cache, setup, CONTROL);
        assert.equal(problem, undefined, problem);
      }
    });
  }
});

function setupOf(name: string): Setup {
  const setup = SETUPS.find((known) => known.name === name);
  return setup ?? assert.fail(`there is no setup '${name}'`);
}
