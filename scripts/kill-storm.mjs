/**
 * Threads that share a cache die in every way a thread can, until a thousand of them are dead:
 * `npm run kill-storm -- [options]`.
 *
 *     --deaths N             how many, over all versions of Node.js together (1000)
 *     --seed N               draws the same storms again (a new one each time)
 *     --minutes N            stops after the round that is running then (no limit)
 *     --node all|current|22  with Node.js 20, 22, 24 and 26 in turn, with the one that runs this, or with one of them (all)
 *
 * What each round does, and what must hold after each death, is in test/threads/storm/. The last line sums up. Any
 * violation ends the storm and fails this script; it names the round's seed, and `--seed` with that begins with that round.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './lib/files.mjs';
import { installNode, otherVersions } from './lib/nodes.mjs';

/**
 * What test/threads/storm/main.ts sends.
 *
 * @typedef {{
 *   deaths: Record<string, number>, rounds: number, operations: number, rebuilds: number,
 *   current: string, violation?: string, isOver: boolean
 * }} Report
 */

/** No round takes as long: everything in it that is waited for has a limit of its own. */
const silenceMs = 300_000;

const { values } = parseArgs({
  options: {
    deaths: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    minutes: { type: 'string', default: 'Infinity' },
    node: { type: 'string', default: 'all' },
  },
});
const [wanted, seed, minutes] = [Number(values.deaths), Number(values.seed), Number(values.minutes)];
const isMajor = (/** @type {string} */ version, /** @type {string | undefined} */ major) =>
  version.split('.')[0] === major;
const own = process.versions.node;
const all = [own, ...otherVersions.filter((version) => !isMajor(version, own.split('.')[0]))];
const versions =
  values.node === 'current'
    ? [own]
    : all.filter((version) => values.node === 'all' || isMajor(version, values.node));

if (!(wanted > 0 && minutes > 0 && Number.isInteger(seed)) || versions.length === 0) {
  const majors = all.map((version) => version.split('.')[0]).join(', ');
  console.error(
    `Cannot run the storm: numbers above 0 are required, and --node all, current or one of ${majors}`,
  );
  process.exitCode = 2;
} else {
  await runAll();
}

async function runAll() {
  const start = performance.now();
  /** @type {[version: string, report: Report][]} */
  const reports = [];
  for (const [index, version] of versions.entries()) {
    const left = versions.length - index;
    const share = Math.ceil((wanted - sum(reports, ({ deaths }) => countOf(deaths))) / left);
    const timeLeft = (minutes - (performance.now() - start) / 60_000) / left;
    const binary = version === process.versions.node ? process.execPath : installNode(version);
    const report = await runStorm(version, binary, [share, seed + index * 10_000, timeLeft]);
    reports.push([version, report]);
    if (report.violation !== undefined) break;
  }
  console.log(summaryOf(reports, (performance.now() - start) / 60_000));
  if (reports.some(([, { violation }]) => violation !== undefined)) process.exitCode = 1;
}

/**
 * Runs the storms of one version; shows each round as it begins.
 *
 * @param {string} version
 * @param {string} binary
 * @param {[deaths: number, seed: number, minutes: number]} task
 * @returns {Promise<Report>}
 */
function runStorm(version, binary, task) {
  return new Promise((resolve) => {
    /** @type {Report} */
    let report = { deaths: {}, rounds: 0, operations: 0, rebuilds: 0, current: 'not begun', isOver: false };
    const child = fork(join(root, 'build/test/threads/storm/main.js'), task.map(String), {
      execPath: binary,
    });
    const end = () => child.kill('SIGKILL');
    let watch = setTimeout(end, silenceMs);
    child.on('message', (message) => {
      clearTimeout(watch);
      watch = setTimeout(end, silenceMs);
      report = /** @type {Report} */ (message);
      if (!report.isOver)
        console.log(`Node.js ${version}: ${countOf(report.deaths)} deaths of ${task[0]}; ${report.current}`);
    });
    const finish = (/** @type {string} */ how) => {
      clearTimeout(watch);
      resolve(report.isOver ? report : { ...report, violation: `${report.current}: ${how}` });
    };
    child.on('error', (error) => finish(String(error)));
    child.on('exit', (code, signal) => finish(`the process ended with ${signal ?? code}`));
  });
}

/**
 * @param {[version: string, report: Report][]} reports
 * @param {number} minutes
 * @returns {string} one line
 */
function summaryOf(reports, minutes) {
  /** @type {Record<string, number>} */
  const kinds = {};
  for (const [, { deaths }] of reports) {
    for (const [death, count] of Object.entries(deaths)) kinds[death] = (kinds[death] ?? 0) + count;
  }
  const [bad, violated] = reports.find(([, { violation }]) => violation !== undefined) ?? [];
  return [
    `kill-storm: ${countOf(kinds)} deaths (${Object.entries(kinds)
      .map((kind) => kind.join(' '))
      .join(', ')})`,
    `on Node.js ${reports.map(([version, { deaths }]) => `${version}: ${countOf(deaths)}`).join(', ')}`,
    `${sum(reports, ({ rounds }) => rounds)} rounds`,
    `${sum(reports, ({ operations }) => operations)} operations`,
    `${sum(reports, ({ rebuilds }) => rebuilds)} rebuilds`,
    `${minutes.toFixed(1)} minutes`,
    `seed ${seed}`,
    violated ? `VIOLATED on Node.js ${bad}, ${violated.violation}` : 'nothing violated',
  ].join('; ');
}

/**
 * @param {Record<string, number>} deaths
 * @returns {number}
 */
function countOf(deaths) {
  return Object.values(deaths).reduce((total, count) => total + count, 0);
}

/**
 * @param {[version: string, report: Report][]} reports
 * @param {(report: Report) => number} figure
 * @returns {number}
 */
function sum(reports, figure) {
  return reports.reduce((total, [, report]) => total + figure(report), 0);
}
