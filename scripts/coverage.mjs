/**
 * Measures which lines of src/ the tests run: `npm run coverage`, and `node scripts/coverage.mjs [filter ...]` for the
 * test files whose path contains a filter. Left out are tests that could add nothing: the proofs look at the engine
 * alone, the packed package runs from a folder of its own, long traces take the ways of short ones, and threads that
 * are killed leave no figures.
 *
 * V8 counts in every process and thread: the tests, what they start (the command line, scripts), and all workers that
 * end by themselves, the cleaner among them. A thread that is terminated takes its figures along.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listFiles, root } from './lib/files.mjs';

const folder = 'build/coverage';
const raw = `${folder}/raw`;
const withoutFigures = /proof|package|soak|replay-traces|threads\/(kills|deaths)|structures\//;
/** Counting makes everything slower. */
const limitMinutes = '20';

rmSync(join(root, folder), { recursive: true, force: true });
const filters = process.argv.slice(2);
if (filters.length === 0)
  filters.push(...listFiles('test', /\.test\.ts$/).filter((file) => !withoutFigures.test(file)));
const status = run('scripts/test.mjs', [...filters, '--minutes', limitMinutes], {
  NODE_V8_COVERAGE: join(root, raw),
  NODE_OPTIONS: `--import=${pathToFileURL(join(root, 'scripts/lib/coverage-hook.mjs'))}`,
  HEDDLE_CLI: 'build/src/cli/main.js',
});
// of types alone nothing is left that could run
const typesOnly = listFiles('build/src', /\.js$/)
  .filter((file) =>
    /^(\/\*.*?\*\/|\/\/.*?\n|\s)*export \{\};(\s|\/\/.*\n?)*$/s.test(readFileSync(join(root, file), 'utf8')),
  )
  .map((file) => `--exclude=${file.replace(/^build\//, '').replace(/\.js$/, '.ts')}`);
const c8 = join(dirname(createRequire(import.meta.url).resolve('c8')), 'bin/c8.js');
const reported = run(c8, [
  ...['report', `--temp-directory=${raw}`, `--reports-dir=${folder}`, '--merge-async'],
  ...['--all', '--src=src', '--include=src/**/*.ts', '--exclude=src/generated', '--exclude-after-remap'],
  ...typesOnly,
  ...['--reporter=text', '--reporter=json-summary', '--reporter=html'],
]);
process.exitCode = status || reported;

/**
 * Runs a script of Node.js to its end.
 *
 * @param {string} script
 * @param {string[]} args
 * @param {Record<string, string>} [env] variables besides those of this process
 * @returns {number} its exit code
 */
function run(script, args, env = {}) {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}
