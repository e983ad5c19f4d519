import type { RecordableHistogram } from 'node:perf_hooks';
import type { ZipfTable } from './zipf.js';

/** The two caches that are compared. */
export type SideName = 'shared' | 'private';

/** What the requests are. */
export interface Mix {
  /** How often each key is asked for. */
  readonly table: ZipfTable;
  /** The share of reads, 0 to 1. The others are puts. */
  readonly reads: number;
  readonly valueBytes: number;
  readonly seed: number;
}

/** What one worker works on. */
export interface BenchTask {
  readonly mix: Mix;
  readonly index: number;
  /** The shared cache of that name, or a Map of its own for so many entries. */
  readonly source: { readonly name: string } | { readonly maxSize: number };
}

/** A stretch of work for all workers at the same time. */
export interface BenchTurn {
  readonly kind: 'turn';
  /** When it is over, by `process.hrtime`, which all threads share. */
  readonly until: bigint;
  /** Whether each value read is compared to the last byte, not only its length and the key that it names. */
  readonly isTrial: boolean;
}

/** What a worker is told: work; or let go of what is garbage and say what is left. */
export type BenchOrder = BenchTurn | { readonly kind: 'collect' };

/** What a worker answers: once, when it has its cache, and then to each order. */
export type BenchAnswer = 'ready' | BenchWork | BenchMemory;

/** Requests by what became of them. */
export interface BenchCounts {
  /** Reads that found their value. */
  readonly hits: number;
  /** Reads that did not; each was followed by a put. */
  readonly misses: number;
  /** The requests that were puts from the start. */
  readonly writes: number;
}

/** What a worker did in a turn. */
export interface BenchWork extends BenchCounts {
  /** When it stopped, by `process.hrtime`. */
  readonly ended: bigint;
  /** How long some of the gets took, in nanoseconds. */
  readonly latencies: RecordableHistogram;
}

/** What a worker holds for itself, when its garbage has been collected. */
export interface BenchMemory {
  /** By how much its heap has grown since it had no cache. */
  readonly heapBytes: number;
}
