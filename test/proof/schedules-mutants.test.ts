/**
 * Each scenario of schedules.test.ts finds the defects that are put into the engine for it. Most of them broke a
 * prototype once.
 *
 * The first run compiles the mutants into `build/mutants/`, which takes a minute; `HEDDLE_LONG=1` adds some that are
 * much like others.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import { compileMutants, UNCHANGED } from '../support/mutant.js';
import { assertFails } from './explore/index.js';
import { builtEngine, prepared } from './schedules/engines.js';
import { describeReport, LONG, run } from './schedules/run.js';
import type { Mutant, Scenario } from './schedules/scenario.js';
import { SCENARIOS } from './schedules/scenarios/index.js';

const mutants = SCENARIOS.flatMap((scenario) =>
  (scenario.mutants ?? [])
    .filter(({ rare }) => LONG || rare !== true)
    .map((mutant): [Scenario, Mutant] => [scenario, mutant]),
);
const compiled = compileMutants([UNCHANGED, ...mutants.map(([, mutant]) => mutant)]);
// whoever waits for it says so
compiled.catch(() => undefined);

describe('a scenario finds', () => {
  it('nothing in an engine compiled as mutants are: it is the built one', async () => {
    const [unchanged = new Uint8Array()] = await compiled;
    assert.ok(
      Buffer.from(unchanged).equals(builtEngine()),
      'the compiler’s flags differ from those of the build',
    );
  });

  for (const [index, [scenario, mutant]] of mutants.entries()) {
    it(mutant.name, async (test) => {
      const module = (await compiled)[index + 1];
      assert.ok(module);
      const report = run(prepared(module), scenario);
      const { kind, message } = assertFails(report);
      test.diagnostic(`${scenario.name}: ${describeReport(report)}; ${kind}: ${message.split('\n')[0]}`);
    });
  }
});
