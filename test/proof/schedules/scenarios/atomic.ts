/** Operations that read and write in one step, and meet others. */
import { add, double, get, long, NOW, put, putIfAbsent, remove, swap, take, touch } from '../actions.js';
import type { Scenario } from '../scenario.js';

const SHORT = 5_000;
const LONG = 60_000_000;
const AFTER_SHORT = NOW + 20_000;

export const ATOMIC: readonly Scenario[] = [
  {
    name: 'putIfAbsent / putIfAbsent of the same new key',
    plot: { maxSize: 2, threads: [[putIfAbsent('a', 'x'), get('a')], [putIfAbsent('a', 'y')]] },
    mutants: [
      {
        name: 'a condition that was met before somebody else was faster',
        file: 'operations.ts',
        edits: [
          ['  let found: usize = 0;\n', '  let found: usize = 0;\n  let isMet = false;\n'],
          ['version != ANY_VERSION && !isExpected(', 'version != ANY_VERSION && !isMet && !isExpected('],
          ['    found = at;\n', '    found = at;\n    isMet = true;\n'],
        ],
      },
    ],
  },
  {
    name: 'putIfAbsent where an entry has expired / the same',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: SHORT })],
      threads: [
        [putIfAbsent('a', 'y', { now: AFTER_SHORT, ttl: LONG })],
        [putIfAbsent('a', 'z', { now: AFTER_SHORT, ttl: LONG }), get('a', AFTER_SHORT)],
      ],
    },
  },
  {
    name: 'swap / swap of values of the same length',
    plot: { maxSize: 2, before: [put('a', 'x')], threads: [[swap('a', 'y'), get('a')], [swap('a', 'z')]] },
    mutants: [
      {
        name: 'a version that is read after the value it belongs to',
        file: 'operations.ts',
        edits: [
          [
            '    if (unchanged(lock, word)) return result;\n  }\n}\n\n/** Writes key and value from',
            `    if (unchanged(lock, word)) {
      if (at != 0) mine.entryVersion = changetype<Entry>(at).version;
      return result;
    }
  }
}

/** Writes key and value from`,
          ],
        ],
      },
    ],
  },
  {
    name: 'swap for a longer value / delete, put into the same record',
    plot: {
      maxSize: 2,
      before: [put('a', 'x')],
      threads: [[swap('a', long('y', 40))], [remove('a'), put('f', 'w'), put('a', 'x')]],
    },
    mutants: [
      {
        name: 'a condition under another word than the replacement',
        file: 'operations.ts',
        edits: [['return replaceSection(shard, word, ', 'return replaceSection(shard, readFree(lock), ']],
      },
    ],
  },
  {
    name: 'add / add',
    plot: {
      maxSize: 2,
      before: [put('n', double(1))],
      threads: [[add('n', 1), get('n')], [add('n', 2)]],
    },
    mutants: [
      {
        name: 'a sum of what was there under another word',
        file: 'conditional.ts',
        edits: [
          ['import { unchanged }', 'import { readFree, unchanged }'],
          ['overwriteSection(shard, word, entry', 'overwriteSection(shard, readFree(lock), entry'],
        ],
      },
    ],
  },
  {
    name: 'add that leaves the deadline / touch',
    plot: {
      maxSize: 2,
      before: [put('n', double(1), { ttl: SHORT })],
      threads: [[add('n', 1, { ttl: -1 })], [touch('n', LONG), get('n', AFTER_SHORT)]],
      ordered: true,
    },
  },
  {
    name: 'take / take, put',
    plot: {
      maxSize: 2,
      before: [put('a', 'x'), put('f', 'w')],
      threads: [[take('a')], [take('a'), put('a', 'y')]],
    },
    mutants: [
      {
        name: 'a take that removes whatever is there by now',
        file: 'conditional.ts',
        edits: [
          ['if (isThere ? entry.version != expected : expected != 0) {', 'if (!isThere && expected != 0) {'],
        ],
      },
      {
        name: 'a take that is told of a miss when somebody else has taken what it read',
        file: 'conditional.ts',
        edits: [['      if (expected != 0) return CONFLICT;\n', '']],
      },
    ],
  },
  {
    name: 'expiry by a get / touch in time',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: SHORT })],
      threads: [[get('a', AFTER_SHORT)], [touch('a', LONG), get('a', AFTER_SHORT)]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a touch that those who look around do not notice',
        file: 'deadline.ts',
        edits: [['  releaseChanged(lock, word);', '  releaseUnchanged(lock, word);']],
      },
    ],
  },
];
