/**
 * Ways through all entries that meet writes: what stays is met once, nothing twice, each value with its key. Keys `a` and
 * `f` stand in one bucket.
 */
import { clear, get, long, NOW, put, remove, scan, walk } from '../actions.js';
import type { Scenario } from '../scenario.js';

const PAIR = [put('f', 'y'), put('a', 'x')];
const SHORT = 5_000;
const AFTER_SHORT = NOW + 20_000;

export const ITERATING: readonly Scenario[] = [
  {
    name: 'scan / replacement of the same length',
    plot: {
      maxSize: 3,
      before: [put('a', long('x', 16)), put('b', 'y')],
      threads: [[scan()], [put('a', long('z', 16))]],
    },
    mutants: [
      {
        name: 'a step of an iteration that does not look at the lock word again',
        file: 'iterate.ts',
        edits: [['return unchanged(lock, word) ? result : RETRY;', 'return result;']],
      },
    ],
  },
  {
    name: 'scan / delete, put into the same record',
    plot: { maxSize: 3, before: PAIR, threads: [[scan()], [remove('a'), put('b', 'z')]] },
    mutants: [
      {
        name: 'an end of a bucket that is not validated',
        file: 'iterate.ts',
        edits: [['      if (unchanged(lock, word)) return MISS;\n      continue;', '      return MISS;']],
      },
      {
        name: 'a step of an iteration that is held against a word read again',
        file: 'iterate.ts',
        edits: [
          [
            'return unchanged(lock, word) ? result : RETRY;',
            'return unchanged(lock, readFree(lock)) ? result : RETRY;',
          ],
        ],
      },
    ],
  },
  {
    name: 'scan / delete, the key comes back in another record',
    plot: {
      maxSize: 4,
      before: [put('a', 'x'), put('f', 'y')],
      threads: [[scan()], [remove('a'), put('c', 'z'), put('a', 'w')]],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'an iteration that goes through a bucket as its chain stands',
        file: 'iterate.ts',
        edits: [['(best == 0 || hash < foundHash)', 'best == 0']],
      },
    ],
  },
  {
    name: 'scan / clear, put',
    plot: {
      shards: 2,
      maxSize: 3,
      before: [...PAIR, put('b', 'z')],
      threads: [[scan()], [clear(), put('f', 'w')]],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'an iteration that does not ask for the epoch',
        file: 'iterate.ts',
        edits: [
          ['    if (judge(entry, now) == OK) {\n      const hash', '    if (true) {\n      const hash'],
        ],
      },
    ],
  },
  {
    name: 'scan / expiry, update',
    plot: {
      maxSize: 3,
      before: [put('a', 'x', { ttl: SHORT }), put('f', 'y')],
      threads: [[scan(AFTER_SHORT)], [get('a', AFTER_SHORT), put('a', long('z', 40), { now: AFTER_SHORT })]],
    },
  },
  {
    name: 'walk / delete, put into the same record',
    plot: { maxSize: 3, before: PAIR, threads: [[walk()], [remove('a'), put('b', 'z')]], ordered: true },
    mutants: [
      {
        name: 'a survey of a bucket that is not validated',
        file: 'iterate.ts',
        edits: [['next == u32.MAX_VALUE || !unchanged(lock, word)', 'next == u32.MAX_VALUE']],
      },
      {
        name: 'a lookup by hash that takes the next entry of the bucket',
        file: 'iterate.ts',
        edits: [['mine.scanHash != hash ? MISS : result', 'mine.scanHash < hash ? MISS : result']],
      },
    ],
  },
  {
    name: 'walk / get, replacement',
    plot: { maxSize: 3, before: PAIR, threads: [[walk()], [get('a'), put('f', 'z')]], ordered: true },
  },
  {
    name: 'scan / walk / writes of all kinds',
    plot: {
      shards: 2,
      maxSize: 3,
      before: [...PAIR, put('b', 'z')],
      threads: [
        [scan(), scan()],
        [walk(), put('c', '1')],
        [remove('a'), put('f', long('w', 40)), put('a', '2'), get('b'), put('d', '3')],
      ],
      ordered: true,
    },
    sampled: 150,
  },
];
