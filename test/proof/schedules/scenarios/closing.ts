/** What meets the end of the cache: whoever is under way comes to an end, and whoever begins later is told. */
import {
  claim,
  clean,
  clear,
  close,
  end,
  get,
  land,
  long,
  NOW,
  peek,
  put,
  putIfAbsent,
  remove,
  scan,
  size,
  swap,
  take,
} from '../actions.js';
import type { Scenario } from '../scenario.js';

const FULL = [put('a', 'x'), put('b', 'y')];

export const CLOSING: readonly Scenario[] = [
  {
    name: 'close / put that evicts, get',
    plot: { maxSize: 2, before: FULL, threads: [[close()], [put('c', long('z', 40)), get('b')]] },
    mutants: [
      {
        name: 'a put that makes room in a closed cache',
        file: 'operations.ts',
        edits: [['    if (isClosed(count)) return CLOSED;\n', '']],
      },
    ],
  },
  {
    name: 'close, get, put / put that evicts, over two shards',
    plot: {
      shards: 2,
      maxSize: 2,
      before: FULL,
      threads: [[close(), get('a'), put('a', 'v')], [put('c', 'z')]],
    },
    mutants: [
      {
        name: 'a get that finds nothing in a closed cache',
        file: 'operations.ts',
        edits: [
          [
            'export function get(key: Sized, now: f64): i32 {\n  if (isClosed(readCount())) return CLOSED;\n',
            'export function get(key: Sized, now: f64): i32 {\n',
          ],
          ['    if (isClosed(readCount())) return CLOSED;\n    if (isKept', '    if (isKept'],
        ],
      },
    ],
  },
  {
    name: 'close / clear, size, putIfAbsent',
    plot: {
      maxSize: 2,
      before: FULL,
      threads: [
        [close(), size()],
        [clear(), putIfAbsent('a', 'z')],
      ],
    },
    mutants: [
      {
        name: 'a clear that opens a closed cache',
        file: 'count.ts',
        edits: [['    if (isClosed(seen)) return false;\n    if (endEpoch', '    if (endEpoch']],
      },
    ],
  },
  {
    name: 'close / swap, take',
    plot: { maxSize: 2, before: FULL, threads: [[close()], [swap('a', 'v'), take('b')]] },
  },
  {
    name: 'close / scan, delete',
    plot: {
      maxSize: 2,
      before: FULL,
      threads: [
        [close(), peek('b')],
        [scan(), remove('a')],
      ],
    },
  },
  {
    name: 'close / cleaner, get of what has expired',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: 5_000 }), put('b', 'y')],
      threads: [[close()], [clean(NOW + 20_000)], [get('a', NOW + 20_000)]],
    },
  },
  {
    name: 'close / load',
    plot: {
      maxSize: 2,
      before: [put('b', 'y')],
      threads: [[close()], [claim('a'), land('a', 'x'), end('a')]],
    },
  },
];
