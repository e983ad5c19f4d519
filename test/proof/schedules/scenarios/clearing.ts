/** What meets a clear, which changes one word only. */
import { clean, clear, get, NOW, near, put, remove, walk } from '../actions.js';
import type { Scenario } from '../scenario.js';

/** More than a clear takes away at once, so that `a` stays behind as a leftover. */
const MANY = [put('b', 'y'), put('c', 'z'), put('a', 'x')];

export const CLEARING: readonly Scenario[] = [
  {
    name: 'clear / put of a new key',
    plot: { maxSize: 2, before: [put('a', 'x')], threads: [[clear()], [put('b', 'y'), get('a')]] },
    mutants: [
      {
        name: 'an entry that gets the epoch of a moment later than its count',
        file: 'sections.ts',
        edits: [['entry.epoch = epochOf(count);', 'entry.epoch = epochOf(readCount());']],
      },
    ],
  },
  {
    name: 'clear / update',
    plot: { maxSize: 3, before: MANY, threads: [[clear()], [put('a', 'v')]] },
    mutants: [
      {
        name: 'a put over an entry of an older epoch',
        file: 'sections.ts',
        edits: [
          [
            'const verdict = judge(entry, now);\n  return verdict == OK && isHeld',
            'const verdict = OK;\n  return isHeld',
          ],
        ],
      },
    ],
  },
  {
    name: 'clear / get',
    plot: { maxSize: 3, before: MANY, threads: [[clear()], [get('a'), get('b')]] },
    mutants: [
      {
        name: 'a hit that does not ask for the epoch',
        file: 'operations.ts',
        edits: [['let result = judge(entry, time);', 'let result: i32 = OK;']],
      },
    ],
  },
  {
    name: 'clear / delete',
    plot: {
      maxSize: 2,
      before: [put('a', 'x'), put('b', 'y')],
      threads: [[clear()], [remove('a'), put('a', 'z')]],
    },
    mutants: [
      {
        name: 'a removal that takes one from the count, whatever its epoch',
        file: 'sections.ts',
        edits: [
          [
            '  if (current && !changeCount(count, count - 1)) {',
            '  if (current && !changeCount(readCount(), readCount() - 1)) {',
          ],
        ],
      },
    ],
  },
  {
    name: 'clear, put / near hit',
    plot: {
      maxSize: 3,
      before: [...MANY, get('a')],
      threads: [[clear(), put('d', 'w')], [near('a')]],
    },
    mutants: [
      {
        name: 'a near hit that asks for the version only',
        file: 'near.ts',
        edits: [["  if (atomic.load<u32>(record, offsetof<Entry>('epoch')) != epoch) return MISS;\n", '']],
      },
    ],
  },
  {
    name: 'clear, put / put into the leftovers’ records',
    plot: { maxSize: 1, before: [put('a', 'x')], threads: [[clear(), put('b', 'y')], [put('c', 'z')]] },
  },
  {
    name: 'clear, put, and an iteration that applies a hit from before',
    plot: {
      maxSize: 5,
      before: [put('d', 'w'), put('e', 'v'), ...MANY, get('a')],
      threads: [[clear(), put('f', 'u'), walk()]],
    },
    mutants: [
      {
        name: 'a hit that takes what was cleared away from where leftovers are looked for',
        file: 'sections.ts',
        edits: [['held == version && entry.epoch == epochOf(readCount())', 'held == version']],
      },
    ],
  },
  {
    name: 'clear / cleaner, get',
    plot: {
      maxSize: 3,
      before: [put('a', 'x', { ttl: 5_000 }), put('b', 'y')],
      threads: [[clear()], [clean(NOW + 20_000), get('b')]],
    },
  },
  {
    name: 'clear, puts into the leftovers’ records / near hit',
    plot: {
      maxSize: 3,
      before: [...MANY, get('a')],
      threads: [[clear(), put('d', 'w'), put('e', 'v')], [near('a')]],
    },
    mutants: [
      {
        name: 'a near hit that asks for the epoch last',
        file: 'near.ts',
        edits: [
          ["  if (atomic.load<u32>(record, offsetof<Entry>('epoch')) != epoch) return MISS;\n", ''],
          [
            '!= <u64>version) return MISS;\n',
            "!= <u64>version) return MISS;\n  if (atomic.load<u32>(record, offsetof<Entry>('epoch')) != epoch) return MISS;\n",
          ],
        ],
      },
    ],
  },
];
