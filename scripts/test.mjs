/**
 * Runs the compiled tests: `node scripts/test.mjs [filter ...] [--except TEXT ...] [--node PATH] [--minutes N] [--all]`.
 *
 *     filter        runs only the test files whose path contains it, or one of them: `threads`, `unit/keys`
 *     --except TEXT leaves out the test files whose path contains it; may be repeated
 *     --node PATH   runs them with another Node.js than this one; so does the variable TEST_NODE
 *     --minutes N   how long the whole run may take
 *     --all         everything that the ordinary run takes a sample of: every broken engine, every row of the traces
 *
 * The list comes from the sources, since Node.js 20 expands no patterns, and a compiled test whose source is gone
 * must not run. The counts are left in `build/results/`, one file for each version of Node.js, and one for `--all`.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { listFiles, root } from './lib/files.mjs';
import { prepareResults, resultsFile } from './lib/results.mjs';

/** One test, on Node.js 20 one test file, may take this long on a busy machine: then it is cancelled, and named. */
const testTimeoutMs = 600_000;

/** The whole run may take this long: a test file that does not end is beyond the runner of newer Node.js versions. */
const runMinutes = 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    except: { type: 'string', multiple: true, default: [] },
    node: { type: 'string' },
    minutes: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
});
const runTimeoutMs = Number(values.minutes ?? runMinutes) * 60_000;
const node = resolve(values.node ?? process.env['TEST_NODE'] ?? process.execPath);
const filters = positionals.length > 0 ? positionals : [''];

const files = listFiles('test', /\.test\.ts$/)
  .filter((file) => filters.some((filter) => file.includes(filter)))
  .filter((file) => !values.except.some((text) => file.includes(text)))
  .map((file) => `build/${file.replace(/\.ts$/, '.js')}`);
const missing = files.filter((file) => !existsSync(join(root, file)));

if (files.length === 0) {
  console.error(`Cannot run the tests: no test file's path contains '${filters.join("' or '")}'`);
  process.exitCode = 1;
} else if (missing.length > 0) {
  console.error(`Cannot run the tests: not compiled yet, run npm run build:tests: ${missing.join(', ')}`);
  process.exitCode = 1;
} else {
  process.exitCode = run();
}

/**
 * Runs the files, two at a time: the tests that start threads of their own need the processors too.
 *
 * @returns {number} the exit code
 */
function run() {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (!version) {
    console.error(`Cannot run the tests: ${node} is not a Node.js that runs here`);
    return 1;
  }
  const results = values.all ? 'all' : version;
  prepareResults(results);
  const { status, signal, error } = spawnSync(
    node,
    [
      ...['--test', '--test-concurrency=2', `--test-timeout=${testTimeoutMs}`],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=tap', `--test-reporter-destination=${resultsFile(results)}`],
      ...files,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      // The runner hands this signal on to the test files it runs.
      timeout: runTimeoutMs,
      killSignal: 'SIGTERM',
      // What a test starts by the name `node` is the version under test.
      env: {
        ...process.env,
        PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`,
        ...(values.all ? { HEDDLE_ALL: '1' } : {}),
      },
    },
  );
  if (error) console.error(`The tests were stopped: ${error.message}`);
  else if (signal) console.error(`The tests were ended by ${signal}`);
  // A runner that was told to stop may still say that all it had finished was well.
  return error ? 1 : (status ?? 1);
}
