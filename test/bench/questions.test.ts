/** The benchmarks at a size at which their figures mean nothing, so that none of them rots. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markdown } from '../../bench/lib/report.js';
import { tiny } from '../../bench/lib/scale.js';
import { svg } from '../../bench/lib/svg.js';
import { questions } from '../../bench/questions.js';
import { sampled } from '../support/effort.js';

/** Numbers somewhere in the figures that cannot be right: something was not measured. */
function wrongNumbers(figures: unknown, path = 'figures'): string[] {
  if (typeof figures === 'number') return Number.isFinite(figures) ? [] : [`${path}: ${figures}`];
  if (typeof figures !== 'object' || figures === null) return [];
  return Object.entries(figures).flatMap(([name, value]) => wrongNumbers(value, `${path}.${name}`));
}

describe('each question', () => {
  for (const question of sampled(questions, 4)) {
    it(`is answered: ${question.title}`, async (test) => {
      const steps: string[] = [];
      const answer = await question.run(tiny, (what) => steps.push(what));
      for (const absent of answer.absent) test.diagnostic(`not measured: ${absent}`);
      assert.ok(steps.length > 0, 'it shows no progress');
      assert.deepEqual(wrongNumbers(answer.figures), []);
      assert.ok(answer.tables.length > 0 || answer.absent.length > 0, 'it says nothing');
      for (const table of answer.tables) {
        assert.ok(table.rows.length > 0, `${table.title} is empty`);
        const lines = markdown(table).split('\n');
        assert.deepEqual(
          [...new Set(lines.map((line) => line.length))].length,
          1,
          'the columns are not aligned',
        );
      }
      for (const chart of Object.values(answer.charts))
        assert.doesNotMatch(svg(chart), /NaN|Infinity|undefined/);
    });
  }
});
