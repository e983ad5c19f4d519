import { performance } from 'node:perf_hooks';

/**
 * Microseconds between this thread's `performance.now()` and the process's monotonic clock. Both run at the same
 * rate from different origins, so their difference is taken once: of a few tries the one in which the least time
 * passed between the two readings.
 */
const offsetMicros = measureOffset();

function measureOffset(): number {
  let offset = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 8; attempt++) {
    const before = performance.now();
    const process_ = Number(process.hrtime.bigint() / 1000n);
    const after = performance.now();
    if (after - before >= least) continue;
    least = after - before;
    offset = process_ - ((before + after) / 2) * 1000;
  }
  return offset;
}

/** Now, in µs on a monotonic clock that all threads of the process share; never 0. */
export function nowMicros(): number {
  return performance.now() * 1000 + offsetMicros;
}
