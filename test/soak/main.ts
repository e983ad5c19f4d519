/**
 * `npm run soak -- [--minutes N] [--seed N] [--threads N]`: see soak.ts. Ends with one line that says how it went and
 * names the seed, and with exit code 1 when a promise was broken.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { seedOf } from '../support/random.js';
import { Soak, type SoakSettings } from './soak.js';

const MINUTE_MS = 60_000;
/** From one sample to the next: enough of them in two minutes, and not more than needed in an hour. */
const SAMPLES = 120;
const MOST_SAMPLE_MS = 10_000;
const LEAST_SAMPLE_MS = 1000;
/** Progress lines of a run. */
const LINES = 12;
const MOST_LINE_MS = MINUTE_MS;
const PATIENCE_MS = 30_000;

function settingsOf(args: string[]): SoakSettings {
  const options = {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    threads: { type: 'string' },
  } as const;
  const { values } = parseArgs({ args, options });
  const minutes = positive('minutes', values.minutes ?? '60');
  const threads = positive('threads', values.threads ?? String(Math.max(2, availableParallelism())));
  if (!Number.isInteger(threads) || threads > 64) throw new RangeError('--threads takes 1 to 64');
  const durationMs = minutes * MINUTE_MS;
  const sampleMs = Math.min(Math.max(durationMs / SAMPLES, LEAST_SAMPLE_MS), MOST_SAMPLE_MS);
  return { durationMs, sampleMs, threads, seed: seedOf(values.seed), patienceMs: PATIENCE_MS };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`--${name} takes a positive number, not '${text}'`);
  }
  return number;
}

function count(soak: Soak): string {
  const { kills, caches, shifts, emptyings } = soak.counts;
  return `${(soak.operations / 1e6).toFixed(1)} M operations, ${kills} kills, ${caches} caches made, ${shifts} shifts, ${emptyings} emptyings`;
}

async function main(): Promise<void> {
  const settings = settingsOf(process.argv.slice(2));
  if (!globalThis.gc) throw new Error('Cannot measure what is kept: run node with --expose-gc');
  const { durationMs, threads, seed } = settings;
  const title = `soak, seed ${seed}, ${threads} threads, ${durationMs / MINUTE_MS} minutes`;
  console.log(`${title}: begins`);
  const start = performance.now();
  const lineMs = Math.min(durationMs / LINES, MOST_LINE_MS);
  let nextLine = lineMs;
  const onSample = (soak: Soak): void => {
    const passed = performance.now() - start;
    if (passed < nextLine) return;
    nextLine += lineMs;
    console.log(`${(passed / 1000).toFixed(0)} s: ${count(soak)}; ${soak.samples.latest}`);
  };
  const soak = new Soak({ ...settings, onSample });
  const violations: string[] = [];
  try {
    await soak.run();
    violations.push(...soak.samples.violations);
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  for (const violation of violations) console.error(violation);
  const outcome = violations.length === 0 ? 'ok' : 'FAILED';
  console.log(`${title}: ${outcome}; ${count(soak)}, ${soak.samples.count} samples; ${soak.samples.summary}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
