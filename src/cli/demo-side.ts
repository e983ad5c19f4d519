/**
 * One side of the demo's comparison, in a process of its own, so that the memory it takes is its own: workers replay a
 * trace on one shared cache, or on a private one each.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ThreadSafeCache } from '../index.js';
import type { CacheSource, PrivateKind } from './replay-messages.js';
import { ReplayTeam } from './replay-team.js';
import { loadTrace, type Trace } from './trace.js';
import { zipfTrace } from './zipf.js';

/** Where the requests come from: a file, or Zipf's law. */
export type TraceSource = 'zipf' | { readonly path: string };

/** What the process is told, as JSON, on its command line. */
export interface SideTask {
  readonly trace: TraceSource;
  readonly threads: number;
  /** Of the shared cache, or of the private ones together. */
  readonly maxSize: number;
  readonly valueBytes: number;
  readonly kind: 'shared' | PrivateKind;
}

/** What it answers, over its channel to the parent. */
export interface SideResult {
  readonly requests: number;
  readonly hits: number;
  readonly seconds: number;
  /** What the caches and the workers' heaps have grown by, without garbage. */
  readonly liveBytes: number;
  /** What the resident set of the process has grown by at the end of the work, V8's garbage and reserves included. */
  readonly residentBytes: number;
}

const ZIPF_REQUESTS = 1_000_000;
const ZIPF_KEYS = 100_000;
/** Between 0.64 and 0.83 in the proxies that Breslau et al. measured, near 1 for what is asked of most services. */
const ZIPF_SKEW = 0.9;

/** Memory has come to rest when so many looks, so far apart, found about the same; patience has an end. */
const STILL_ROUNDS = 3;
const MOST_ROUNDS = 20;
const ROUND_MS = 100;
const STILL_BYTES = 2 ** 19;

/** The requests of a source. */
export function readTrace(source: TraceSource): Trace {
  return source === 'zipf' ? zipfTrace(ZIPF_REQUESTS, ZIPF_KEYS, ZIPF_SKEW) : loadTrace(source.path);
}

/** Runs one side in this process. */
export async function runSide({
  kind,
  maxSize,
  threads,
  valueBytes,
  ...task
}: SideTask): Promise<SideResult> {
  const trace = readTrace(task.trace);
  const shared = kind === 'shared' ? new ThreadSafeCache({ maxSize, cleanupInterval: false }) : undefined;
  const source: CacheSource =
    shared === undefined
      ? { kind: kind as PrivateKind, maxSize: maxSize / threads }
      : { kind: 'shared', name: shared.name };
  const team = await ReplayTeam.start({ trace, threads, source, valueBytes });
  const residentBefore = await settle(team);
  const liveBefore = await liveBytes(team, shared);
  const { requests, hits, seconds } = await team.run();
  // at once: V8 gives back what a program that rests does not need
  const residentBytes = process.memoryUsage.rss() - residentBefore;
  const result = {
    requests,
    hits,
    seconds,
    residentBytes,
    liveBytes: (await liveBytes(team, shared)) - liveBefore,
  };
  await team.end();
  shared?.shutdown();
  return result;
}

/**
 * The resident set, once collecting garbage makes no difference to it any more: what was used to read the trace must not
 * count as memory that the caches have freed.
 */
async function settle(team: ReplayTeam): Promise<number> {
  let resident = 0;
  for (let round = 0, still = 0; still < STILL_ROUNDS && round < MOST_ROUNDS; round++) {
    await team.liveBytes();
    globalThis.gc?.();
    await sleep(ROUND_MS);
    const now = process.memoryUsage.rss();
    still = Math.abs(now - resident) < STILL_BYTES ? still + 1 : 0;
    resident = now;
  }
  return resident;
}

/** Twice: what the first collection has let go of may hold something else. */
async function liveBytes(team: ReplayTeam, shared: ThreadSafeCache | undefined): Promise<number> {
  await team.liveBytes();
  return (await team.liveBytes()) + (shared?.getStats().bytesUsed ?? 0);
}
