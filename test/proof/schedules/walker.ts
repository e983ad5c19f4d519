/** Ways of one simulated thread through all entries, step by step, as src/collection-operations.ts goes them. */
import { Status } from '../../../src/memory/engine.js';
import type { Step } from '../explore/index.js';
import { label } from './actions.js';
import { type Line, nameOf } from './line.js';

/** {stamp, hash}: what a survey writes of each entry, in words. */
const ITEM_WORDS = 4;
const BITS = 32n;
const WORD = 0xffffffffn;

/** Walks for one thread. What it has met is its answer: `a:x f:y`. */
export class Walker {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  /** From bucket to bucket. */
  *scan(now: number): Step<string> {
    const line = this.#line;
    const met: string[] = [];
    for (let bucket = 0, hash = 0n; ; ) {
      const status = yield* line.patiently('scan', bucket, ...halves(hash), now, 1);
      if (status === Status.MISS) return met.join(' ');
      if (status < 0) return nameOf(status);
      met.push(this.#item(status));
      bucket = line.field('slotScanBucket');
      hash = line.long('slotScanHash') + 1n;
    }
  }

  /** From the oldest entry to the newest. */
  *walk(now: number): Step<string> {
    const line = this.#line;
    const met: string[] = [];
    for (const [, hash] of (yield* this.#survey(now)).sort(byStamp)) {
      const status = yield* line.patiently('scanAt', ...halves(hash), now, 1);
      if (status >= 0) met.push(this.#item(status));
      else if (status !== Status.MISS) return nameOf(status);
    }
    return met.join(' ');
  }

  *#survey(now: number): Step<[stamp: bigint, hash: bigint][]> {
    const line = this.#line;
    const items: [bigint, bigint][] = [];
    const end = line.shared.world.query('bucketCount');
    for (let bucket = 0; bucket < end; bucket = line.field('slotScanBucket')) {
      const count = yield* line.patiently('survey', bucket, now);
      for (let index = 0; index < count; index++) {
        const words = (offset: number): bigint => line.long('slotKey', index * ITEM_WORDS * 4 + offset);
        items.push([words(0), words(8)]);
      }
    }
    return items;
  }

  #item(status: number): string {
    const line = this.#line;
    const key = line.text(line.place('slotKey'), line.field('slotScanKey') >>> 3);
    return `${key}:${label(line.text(line.place('slotValue'), status >>> 3))}`;
  }
}

function byStamp([a]: readonly [bigint, bigint], [b]: readonly [bigint, bigint]): number {
  return a < b ? -1 : 1;
}

/** {low, high} */
function halves(hash: bigint): [number, number] {
  return [Number(hash & WORD), Number((hash >> BITS) & WORD)];
}
