/** Three threads, and longer programs: too many schedules to run them all, so a sample is run. */
import { clean, clear, get, has, long, NOW, near, peek, put, reap, remove, size } from '../actions.js';
import type { Scenario } from '../scenario.js';

const SHORT = 5_000;
const AFTER_SHORT = NOW + 20_000;
const FULL = [put('a', 'x'), put('b', 'y'), put('c', 'z'), get('a')];

export const MIXED: readonly Scenario[] = [
  {
    name: 'three threads over a full cache',
    plot: {
      shards: 2,
      maxSize: 3,
      before: FULL,
      threads: [
        [put('d', '1'), get('a'), remove('b')],
        [put('e', '2'), get('b'), put('a', long('3', 40))],
        [get('c'), put('a', '4'), size(), get('d')],
      ],
      ordered: true,
    },
    sampled: 300,
  },
  {
    name: 'three threads, a clear and near hits',
    plot: {
      maxSize: 3,
      before: FULL,
      threads: [
        [put('a', '1'), near('a'), clear(), get('a')],
        [near('a'), put('b', '2'), get('b'), near('b'), remove('a')],
        [get('a'), near('a'), has('b'), put('c', '3'), size()],
      ],
    },
    sampled: 300,
  },
  {
    name: 'three threads, one of them the cleaner',
    plot: {
      maxSize: 3,
      before: [put('a', 'x', { ttl: SHORT }), put('b', 'y', { ttl: 60_000_000 })],
      threads: [
        [clean(AFTER_SHORT), clean(NOW + 58_500_000)],
        [
          put('a', '1', { now: AFTER_SHORT, ttl: SHORT }),
          get('b', AFTER_SHORT),
          put('c', '2', { ttl: SHORT }),
        ],
        [get('a', AFTER_SHORT), clear(), put('b', '3', { now: AFTER_SHORT, ttl: SHORT }), peek('c')],
      ],
    },
    sampled: 300,
  },
  {
    name: 'three evictors',
    plot: {
      shards: 2,
      maxSize: 2,
      before: [put('a', 'x'), put('b', 'y')],
      threads: [[put('d', '1')], [put('c', '2')], [put('e', '3'), get('a')]],
      ordered: true,
    },
    sampled: 300,
  },
  {
    name: 'a thread dies in a replacement, two others give its slot back',
    plot: {
      maxSize: 2,
      before: [put('a', 'x')],
      threads: [[put('a', long('y', 40))], [reap(0), put('b', 'z')], [reap(0), put('a', long('w', 40))]],
    },
    kill: { threads: [0], at: 'interrupts' },
    sampled: 400,
    mutants: [
      {
        name: 'two that give back one slot at the same time',
        file: 'slots.ts',
        edits: [['    if (atomic.load<u64>(changetype<usize>(slot)) != taken) return OK;\n', '']],
      },
    ],
  },
  {
    name: 'a thread dies anywhere, two others find its locks',
    plot: {
      shards: 2,
      maxSize: 2,
      mayLose: true,
      before: [put('a', 'x'), put('b', 'y'), get('a'), get('b')],
      threads: [[put('c', 'z'), remove('b')], [put('a', long('w', 40))], [get('a'), put('d', '1')]],
    },
    kill: { threads: [0], at: 'anywhere' },
    sampled: 400,
    mutants: [
      {
        name: 'a take-over that lets others in while it rebuilds',
        file: 'rebuild.ts',
        edits: [['lock, word, (word & ~OWNER_MASK) | owner, LOCK', 'lock, word, word & ~OWNER_MASK, LOCK']],
      },
    ],
  },
];
