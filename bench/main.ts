/**
 * Runs the benchmarks: `npm run bench -- [questions] [--quick]`.
 *
 * A full run writes its results to `docs/benchmarks/`; a quick one to `build/benchmarks/`, since its figures are not
 * worth keeping. A question that is run by itself replaces its own results only.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { ready } from './lib/install.js';
import { describeMachine, machineText } from './lib/machine.js';
import { type Answer, markdown, type Question } from './lib/report.js';
import { save, writeIndex } from './lib/results.js';
import { full, quick } from './lib/scale.js';
import { questions } from './questions.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});

const unknown = positionals.filter((name) => !questions.some((question) => question.name === name));
if (values.help) console.log(help());
else if (unknown.length > 0) {
  console.error(`Cannot run ${unknown.join(', ')}: a question is required that exists.\n\n${help()}`);
  process.exitCode = 1;
} else {
  ready();
  await runAll(
    questions.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    values.quick,
  );
}

function help(): string {
  return [
    'npm run bench -- [questions] [--quick]',
    '',
    ...questions.map(({ name, title }) => `  ${name.padEnd(10)}${title}`),
    '',
    'Without a question: all of them, about ten minutes on two processors. --quick: a look, in about two.',
  ].join('\n');
}

async function runAll(chosen: readonly Question[], isQuick: boolean): Promise<void> {
  const scale = isQuick ? quick : full;
  const folder = isQuick ? 'build/benchmarks' : 'docs/benchmarks';
  const begun = performance.now();
  for (const [index, question] of chosen.entries()) {
    const machine = describeMachine(scale.name);
    const answer = await question.run(scale, (what) => progress(index, chosen.length, begun, question, what));
    const at = machine();
    process.stderr.write(process.stderr.isTTY ? '\r\x1b[K' : '');
    show(question, answer, machineText(at));
    save(folder, question, answer, at);
  }
  writeIndex(folder, questions);
  console.log(`\nWritten to ${folder}/ after ${Math.round((performance.now() - begun) / 1000)} s.`);
}

function progress(index: number, count: number, begun: number, { title }: Question, what: string): void {
  const seconds = Math.round((performance.now() - begun) / 1000);
  const line = `[${index + 1}/${count}, ${seconds} s] ${title}: ${what}`;
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
}

function show({ title }: Question, { tables, absent }: Answer, machine: string): void {
  console.log(`\n# ${title}\n${machine}`);
  for (const table of tables) console.log(`\n${table.title}\n${markdown(table)}`);
  if (absent.length > 0) console.log(`\nNot measured: ${absent.join('; ')}`);
}
