/** Where a test run leaves its counts, and how they are read. @module */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './files.mjs';

/**
 * The file, relative to the root, that takes the machine-readable report of a run.
 *
 * @param {string} version of Node.js, as `node --version` prints it, or `all`
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

/**
 * The tests that failed, each with its file and the first line of what it said. What only contains one that failed, a
 * suite, is left out.
 *
 * @param {string} version
 * @returns {string[]}
 */
export function readFailures(version) {
  const file = join(root, resultsFile(version));
  const report = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const failed = report.matchAll(/^( *)not ok \d+ - (.*)\n\1 {2}---\n((?:.|\n)*?)\n\1 {2}\.\.\.$/gm);
  return [...failed]
    .filter(([, , , details]) => !details?.includes("failureType: 'subtestsFailed'"))
    .map(([, , name, details]) => {
      const [, location = ''] = details?.match(/^ *location: '(.*)'$/m) ?? [];
      const [, said = ''] = details?.match(/^ *error: (?:\|-\n *)?(.*)$/m) ?? [];
      return `${name} (${relative(root, location)}): ${said}`;
    });
}
