/**
 * Runs the compiled tests, but for those that do the same everywhere, with the other supported versions of Node.js, and
 * sums up: the counts of the runs before it (`npm test` and `npm run test:all`, with the Node.js that runs this script) are
 * included.
 *
 * The versions come from npm, which has Node.js itself as packages: see lib/nodes.mjs. The last line is
 * `N passed, N failed`; any failure fails this script.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './lib/files.mjs';
import { installNode, otherVersions } from './lib/nodes.mjs';
import { readFailures, readResults } from './lib/results.mjs';

/**
 * What says nothing about a version of Node.js: tests that read the compiled engine, step through it, or call single
 * functions of it; those that hold a test against broken engines; traces, benchmarks and the demo, whose ways others take too; what
 * the compiler makes of the declarations.
 */
const sameEverywhere = [
  ...['proof/straight-line', 'proof/explore', 'proof/schedules', 'proof/closing', 'proof/leftovers'],
  ...['proof/versions', 'proof/lost-count', 'proof/owners', 'proof/slots', 'proof/hot-victim'],
  ...['unit/stretch', 'unit/flight-keys', 'unit/boundaries-collisions', 'model/structures'],
  ...['-mutants', 'threads/split-commit', 'soak/'],
  ...['cli/replay', 'cli/bench', 'cli/demo', 'test/bench', 'model/bytes', 'model/lru', 'package/types'],
];

const summary = [process.version, 'all'].map((version) => ({ version, ...readResults(version) }));
for (const version of otherVersions) {
  console.log(`\n── Node.js ${version} ──\n`);
  const ok = runTests(installNode(version));
  const { passed, failed } = readResults(`v${version}`);
  // A run that fails without a failed test (a crash, the time limit) is a failure all the same.
  summary.push({ version: `v${version}`, passed, failed: ok ? failed : Math.max(failed, 1) });
}

const total = { passed: 0, failed: 0 };
console.log('');
for (const { version, passed, failed } of summary) {
  console.log(`${version}: ${passed} passed, ${failed} failed`);
  for (const failure of readFailures(version)) console.log(`  ✖ ${failure}`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/**
 * Runs all tests with a binary.
 *
 * @param {string} binary
 * @returns {boolean} whether all went well
 */
function runTests(binary) {
  const except = sameEverywhere.map((text) => `--except=${text}`);
  const args = [join(root, 'scripts', 'test.mjs'), '--node', binary, ...except];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}
