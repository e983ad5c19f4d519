/** Puts that meet other puts and reads of the same key. */
import { get, long, peek, put, remove } from '../actions.js';
import type { Scenario } from '../scenario.js';

export const STORING: readonly Scenario[] = [
  {
    name: 'put / put of the same new key',
    plot: { maxSize: 2, threads: [[put('a', 'x'), get('a')], [put('a', 'y')]] },
    mutants: [
      {
        name: 'an insert validated by a fresh word instead of the walked one',
        file: 'operations.ts',
        edits: [['return insertSection(shard, word, ', 'return insertSection(shard, readFree(lock), ']],
      },
    ],
  },
  {
    name: 'put / put of the same key, with other lengths',
    plot: {
      maxSize: 2,
      before: [put('a', 'x')],
      threads: [[put('a', long('y', 40)), get('a')], [put('a', long('z', 80))]],
    },
  },
  {
    name: 'update in place / delete, put into the same record and block',
    plot: {
      maxSize: 2,
      before: [put('a', long('x', 8))],
      threads: [[put('a', long('y', 8))], [remove('a'), put('f', long('w', 8))]],
    },
    mutants: [
      {
        name: 'an update in place validated by a fresh word',
        file: 'operations.ts',
        edits: [['return overwriteSection(shard, word, ', 'return overwriteSection(shard, readFree(lock), ']],
      },
    ],
  },
  {
    name: 'get / update that moves the key’s bytes, whose old place is used again',
    plot: {
      maxSize: 2,
      before: [put('a', long('x', 8))],
      threads: [[get('a')], [put('a', long('y', 40)), put('f', long('z', 8))]],
    },
    mutants: [
      {
        name: 'a miss that is not validated',
        file: 'operations.ts',
        edits: [
          [
            '    if (at == 0) {\n      if (unchanged(lock, word)) return miss();',
            '    if (at == 0) {\n      if (true) return miss();',
          ],
        ],
      },
    ],
  },
  {
    name: 'put that reuses a block, get / update that gave the block up',
    plot: {
      maxSize: 2,
      before: [put('a', long('x', 8))],
      threads: [[put('f', long('z', 8)), get('a')], [put('a', long('y', 40))]],
    },
    mutants: [
      {
        name: 'a replacement that frees the old block before it links the new one',
        file: 'operations.ts',
        edits: [
          [
            'if (inHand) return replaceSection(shard, word, entry, now);',
            `if (inHand) {
    mine.garbage = entry.block;
    freeGarbage();
    const result = replaceSection(shard, word, entry, now);
    mine.garbage = 0;
    return result;
  }`,
          ],
        ],
      },
    ],
  },
  {
    name: 'peek / update in place',
    plot: {
      maxSize: 2,
      before: [put('a', long('x', 16))],
      threads: [[peek('a'), peek('a')], [put('a', long('y', 16))]],
    },
    mutants: [
      {
        name: 'a peek that does not look at the lock word again',
        file: 'operations.ts',
        edits: [
          [
            'result = read(entry, entry.valueInfo);\n    }\n    if (unchanged(lock, word)) return result;',
            'result = read(entry, entry.valueInfo);\n    }\n    return result;',
          ],
        ],
      },
    ],
  },
];
