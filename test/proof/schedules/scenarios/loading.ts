/** Loads that meet writes of their key: what is written meanwhile wins. */
import {
  add,
  claim,
  clear,
  double,
  end,
  land,
  NOW,
  put,
  putIfAbsent,
  remove,
  swap,
  take,
} from '../actions.js';
import type { Scenario } from '../scenario.js';

const SHORT = 5_000;
const LONG = 60_000_000;
const AFTER_SHORT = NOW + 20_000;
/** The time of what comes after a value has expired. */
const LATER = { now: AFTER_SHORT };
/** Loads what is there, before it expires. */
const EARLY = { ahead: LONG };
const EXPIRING = [put('a', 'w', { ttl: SHORT })];

export const LOADING: readonly Scenario[] = [
  {
    name: 'load of a new key / put',
    plot: { maxSize: 2, threads: [[claim('a'), land('a', 'x'), end('a')], [put('a', 'y')]] },
    mutants: [
      {
        name: 'a put that fences nothing',
        file: 'operations.ts',
        edits: [['version != LANDING && fence(shard, word, hash, keyInfo) != OK', 'false']],
      },
      {
        name: 'a claim that those who look around do not notice',
        file: 'flights.ts',
        edits: [
          [
            '  claimed = at;\n  releaseChanged(lock, word);',
            '  claimed = at;\n  releaseUnchanged(lock, word);',
          ],
        ],
      },
      {
        name: 'a landing that asks for the ticket only',
        file: 'flights.ts',
        edits: [['flight.ticket == ticket && flight.isFenced == 0 && ', 'flight.ticket == ticket && ']],
      },
    ],
  },
  {
    name: 'load of a new key / delete',
    plot: { maxSize: 2, threads: [[claim('a'), land('a', 'x'), end('a')], [remove('a')]] },
    mutants: [
      {
        name: 'a fence that those who look around do not notice',
        file: 'flights.ts',
        edits: [
          [
            '  // who was about to let it land must look again\n  releaseChanged(lock, word);',
            '  releaseUnchanged(lock, word);',
          ],
        ],
      },
      {
        name: 'a delete that fences only what is there',
        file: 'operations.ts',
        edits: [
          [
            '    if (fence(shard, word, hash, keyInfo) != OK) continue;\n    if (at == 0) {\n      if (unchanged(lock, word)) return MISS;\n      continue;\n    }\n',
            '    if (at == 0) {\n      if (unchanged(lock, word)) return MISS;\n      continue;\n    }\n    if (fence(shard, word, hash, keyInfo) != OK) continue;\n',
          ],
        ],
      },
    ],
  },
  {
    name: 'load over an expired entry / delete',
    plot: {
      maxSize: 2,
      before: EXPIRING,
      threads: [[claim('a', LATER), land('a', 'x', LATER), end('a')], [remove('a', AFTER_SHORT)]],
    },
    preemptions: 1,
  },
  {
    name: 'load ahead of time / delete',
    plot: {
      maxSize: 2,
      before: EXPIRING,
      threads: [[claim('a', EARLY), land('a', 'x'), end('a')], [remove('a')]],
    },
    mutants: [
      {
        name: 'a delete that fences nothing',
        file: 'operations.ts',
        edits: [
          [
            '    if (fence(shard, word, hash, keyInfo) != OK) continue;\n    if (at == 0) {\n      if (unchanged(lock, word)) return MISS;',
            '    if (at == 0) {\n      if (unchanged(lock, word)) return MISS;',
          ],
        ],
      },
    ],
  },
  {
    name: 'load of a new key / clear',
    plot: { maxSize: 2, threads: [[claim('a'), land('a', 'x'), end('a')], [clear()]] },
    mutants: [
      {
        name: 'an insert by a flight that does not ask for the epoch',
        file: 'sections.ts',
        edits: [['newEpoch != ANY_EPOCH && newEpoch != epochOf(count)', 'false']],
      },
    ],
  },
  {
    name: 'load ahead of time / clear',
    plot: {
      maxSize: 2,
      before: EXPIRING,
      threads: [[claim('a', EARLY), land('a', 'x'), end('a')], [clear()]],
    },
    mutants: [
      {
        name: 'a flight that may land in any epoch',
        file: 'flights.ts',
        edits: [[' && flight.epoch == epochOf(readCount());', ';']],
      },
    ],
  },
  {
    name: 'load of a new key / take',
    plot: { maxSize: 2, threads: [[claim('a'), land('a', 'x'), end('a')], [take('a')]] },
    mutants: [
      {
        name: 'a take that fences only what is there',
        file: 'conditional.ts',
        edits: [
          [
            '      if (fence(shard, word, hash, keyInfo) != OK) continue;\n      if (!unchanged(lock, word)) continue;\n      mine.misses',
            '      mine.misses',
          ],
        ],
      },
    ],
  },
  {
    name: 'load ahead of time / take',
    plot: {
      maxSize: 2,
      before: EXPIRING,
      threads: [[claim('a', EARLY), land('a', 'x'), end('a')], [take('a')]],
    },
    mutants: [
      {
        name: 'a take that fences nothing it removes',
        file: 'conditional.ts',
        edits: [
          [
            '    if (fence(shard, word, hash, keyInfo) != OK) continue;\n    const result = remove(',
            '    const result = remove(',
          ],
        ],
      },
    ],
  },
  {
    name: 'load of a new key / putIfAbsent',
    plot: { maxSize: 2, threads: [[claim('a'), land('a', 'x'), end('a')], [putIfAbsent('a', 'y')]] },
    mutants: [
      {
        name: 'a put under a condition that fences nothing',
        file: 'operations.ts',
        edits: [['if (version != LANDING && fence(', 'if (version == ANY_VERSION && fence(']],
      },
    ],
  },
  {
    name: 'load ahead of time / swap',
    plot: {
      maxSize: 2,
      before: EXPIRING,
      threads: [[claim('a', EARLY), land('a', 'x'), end('a')], [swap('a', 'y')]],
    },
    preemptions: 1,
  },
  {
    name: 'load ahead of time / add',
    plot: {
      maxSize: 2,
      before: [put('n', double(1), { ttl: SHORT })],
      threads: [[claim('n', EARLY), land('n', double(5)), end('n')], [add('n', 1)]],
    },
    mutants: [
      {
        name: 'an add that fences nothing',
        file: 'conditional.ts',
        edits: [
          [
            '        if (fence(shard, word, hash, keyInfo) != OK) continue;\n        store<f64>(valueScratch',
            '        store<f64>(valueScratch',
          ],
        ],
      },
    ],
  },
];
