/** Where a test run leaves its counts, and how they are read. @module */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './files.mjs';

/**
 * The file, relative to the root, that takes the machine-readable report of a run.
 *
 * @param {string} version of Node.js, as `node --version` prints it
 * @returns {string}
 */
export function resultsFile(version) {
  return `build/results/${version}.tap`;
}

/**
 * Makes the folder for a report, and removes the one of an earlier run.
 *
 * @param {string} version
 */
export function prepareResults(version) {
  const file = join(root, resultsFile(version));
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
}

/**
 * The counts at the end of a report. A test that was cancelled counts as failed; one that is missing (a run that
 * was cut short, or found nothing to do) as one failure, so that it can never look like success.
 *
 * @param {string} version
 * @returns {{ passed: number, failed: number }}
 */
export function readResults(version) {
  const file = join(root, resultsFile(version));
  const report = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const count = (/** @type {string} */ name) =>
    Number(report.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  const passed = count('pass');
  const failed = count('fail') + count('cancelled');
  return passed + failed > 0 ? { passed, failed } : { passed, failed: 1 };
}
