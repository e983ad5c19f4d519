/**
 * Each scenario of schedules.test.ts finds the defects that are put into the engine for it. Most of them broke a
 * prototype once.
 *
 * The first run compiles the mutants into `build/mutants/`, which takes a second each: the ordinary one takes a
 * twelfth of them, `npm run test:all` all.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import { engineFlags } from '../../scripts/lib/asc-flags.mjs';
import { ALL, sampled } from '../support/effort.js';
import { compileMutants, UNCHANGED } from '../support/mutant.js';
import { assertClean, assertFails } from './explore/index.js';
import { builtEngine, prepared } from './schedules/engines.js';
import { ALL_SCHEDULES, describeReport, run } from './schedules/run.js';
import type { Mutant, Scenario } from './schedules/scenario.js';
import { SCENARIOS } from './schedules/scenarios/index.js';

/** The ordinary run takes one of so many. */
const EVERY = 12;
const mutants = sampled(
  SCENARIOS.flatMap((scenario) =>
    (scenario.mutants ?? []).map((mutant): [Scenario, Mutant] => [scenario, mutant]),
  ),
  EVERY,
);
/** Schedules of each scenario that the engine without a defect has to pass. */
const CONTROLS = ALL ? 100 : 20;

const compiled = compileMutants([UNCHANGED, ...mutants.map(([, mutant]) => mutant)]);
const asBuilt = compileMutants(ALL ? [UNCHANGED] : [], engineFlags);
// whoever waits for it says so
for (const each of [compiled, asBuilt]) each.catch(() => undefined);

describe('a scenario finds', () => {
  it('nothing in the engine as it is, compiled by the way that mutants take', async () => {
    const [unchanged] = await compiled;
    assert.ok(unchanged);
    const module = prepared(unchanged);
    for (const scenario of new Set(mutants.map(([each]) => each))) {
      assertClean(run(module, scenario, CONTROLS), 'sampled');
    }
  });

  if (ALL) {
    it('nothing but the built engine, where that way takes the flags of the build', async () => {
      const [unchanged = new Uint8Array()] = await asBuilt;
      assert.ok(Buffer.from(unchanged).equals(builtEngine()), 'they differ');
    });
  }

  for (const [index, [scenario, mutant]] of mutants.entries()) {
    it(mutant.name, async (test) => {
      const module = (await compiled)[index + 1];
      assert.ok(module);
      const report = run(prepared(module), scenario, ALL_SCHEDULES);
      const { kind, message } = assertFails(report);
      test.diagnostic(`${scenario.name}: ${describeReport(report)}; ${kind}: ${message.split('\n')[0]}`);
    });
  }
});
