/** Evictions that meet hits, updates and other evictions. Key `b` stands in another shard than `a`, `c` and `g`. */
import { get, long, peek, put, remove, size } from '../actions.js';
import type { Scenario } from '../scenario.js';

const FULL = [put('a', 'x'), put('b', 'y')];

export const EVICTING: readonly Scenario[] = [
  {
    name: 'get of the oldest / put that evicts',
    plot: { maxSize: 2, before: FULL, threads: [[get('a')], [put('c', 'z'), size()]], ordered: true },
  },
  {
    name: 'get of the oldest / put that evicts, over two shards',
    plot: {
      shards: 2,
      maxSize: 3,
      before: [put('a', 'x'), put('g', 'y'), put('b', 'z')],
      threads: [[get('a')], [put('c', 'w')]],
      ordered: true,
    },
  },
  {
    name: 'update of the oldest / put that evicts',
    plot: { maxSize: 2, before: FULL, threads: [[put('a', 'v')], [put('c', 'z'), size()]], ordered: true },
  },
  {
    name: 'update of the oldest in place / put that evicts, over two shards',
    plot: {
      shards: 2,
      maxSize: 3,
      before: [put('a', 'x'), put('g', 'y'), put('b', 'z')],
      threads: [[put('a', 'v')], [put('c', 'w')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a scan for the oldest that does not look at a tail twice',
        file: 'removal.ts',
        edits: [['    if (<usize>atomic.load<u32>(tailAt) != tail) return RETRY;\n', '']],
      },
    ],
  },
  {
    name: 'update of the oldest / put that evicts, over two shards',
    plot: {
      shards: 2,
      maxSize: 2,
      before: FULL,
      threads: [[put('a', long('z', 40))], [put('c', 'w')]],
      ordered: true,
    },
  },
  {
    name: 'two evictors',
    plot: { maxSize: 2, before: FULL, threads: [[put('d', 'z')], [put('c', 'w')]], ordered: true },
    mutants: [
      {
        name: 'a second evictor that takes whatever stands in its victim’s record',
        file: 'removal.ts',
        edits: [
          [
            'return remove(victimShard, victimWord, changetype<Entry>(victim), CAUSE_EVICTED, oldest, least, now);',
            'return remove(victimShard, readFree(changetype<usize>(victimShard)), changetype<Entry>(victim), CAUSE_EVICTED, 0, least, now);',
          ],
        ],
      },
      {
        name: 'a victim’s block that is used again and freed all the same',
        file: 'blocks.ts',
        edits: [['  mine.garbage = 0;\n  return true;', '  return true;']],
      },
    ],
  },
  {
    name: 'get of the oldest / put that evicts it and uses its block again',
    plot: {
      maxSize: 1,
      before: [put('a', 'x')],
      threads: [[get('a'), get('c')], [put('c', 'z')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a victim’s block that is written into before the victim is removed',
        file: 'removal.ts',
        edits: [
          [
            'const result = removeSection(shard, word, entry, cause, stamp, least, now);',
            'store<u8>(entry.block + 9, 0x7a);\n  const result = removeSection(shard, word, entry, cause, stamp, least, now);',
          ],
        ],
      },
    ],
  },
  {
    name: 'get of the oldest / put that evicts it for a longer value',
    plot: {
      maxSize: 2,
      before: FULL,
      threads: [[get('b')], [put('c', long('z', 40)), get('b')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a victim’s block that is used again for what does not fit into it',
        file: 'blocks.ts',
        edits: [['(block.info & SIZE_MASK) != size || ', '']],
      },
    ],
  },
  {
    name: 'two evictors that report what they remove',
    plot: {
      maxSize: 2,
      before: FULL,
      threads: [[put('d', 'z')], [put('c', 'w')]],
      ordered: true,
      reporting: true,
    },
    preemptions: 1,
  },
  {
    name: 'two evictors over two shards',
    plot: {
      shards: 2,
      maxSize: 2,
      before: FULL,
      threads: [[put('d', 'z')], [put('c', 'w')]],
      ordered: true,
    },
  },
  {
    name: 'two evictors, the first of which applies accesses, over two shards',
    plot: {
      shards: 2,
      maxSize: 2,
      before: [...FULL, get('a'), get('b')],
      threads: [[put('d', 'z')], [put('c', 'w'), peek('a'), peek('b')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'an eviction that takes a list for empty while its entry is moved',
        file: 'removal.ts',
        edits: [['const result = stayEmpty(empty);', 'const result = stayEmpty(0);']],
      },
    ],
  },
  {
    name: 'a put that finds the cache full / removals before it evicts',
    plot: { maxSize: 2, before: FULL, threads: [[put('d', 'z')], [remove('a'), get('b')]], ordered: true },
    mutants: [
      {
        name: 'an eviction from a cache that has room by now',
        file: 'removal.ts',
        edits: [['CAUSE_EVICTED, oldest, least, now', 'CAUSE_EVICTED, oldest, 0, now']],
      },
    ],
  },
  {
    name: 'two puts for the last free place',
    plot: {
      shards: 2,
      maxSize: 2,
      before: [put('a', 'x')],
      threads: [[put('b', 'z')], [put('c', 'w')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a count that is added to, whatever it is by now',
        file: 'count.ts',
        edits: [
          [
            'return atomic.cmpxchg<u64>(COUNT_WORD, seen, next) == seen;',
            'atomic.add<u64>(COUNT_WORD, next - seen);\n  return true;',
          ],
        ],
      },
    ],
  },
  {
    name: 'two puts of the same new key for the last free place',
    plot: { maxSize: 2, before: [put('a', 'x')], threads: [[put('c', 'z')], [put('c', 'w')]], ordered: true },
    mutants: [
      {
        name: 'a put that evicts although the entry that makes the cache full is its key’s',
        file: 'operations.ts',
        edits: [['    if (!unchanged(lock, word)) return RETRY;\n    return isFull', '    return isFull']],
      },
    ],
  },
  {
    name: 'put that evicts / delete in another shard',
    plot: { shards: 2, maxSize: 2, before: FULL, threads: [[put('c', 'z')], [remove('b')]], ordered: true },
    mutants: [
      {
        name: 'a removal that fails at the count, and leaves the entry without a version',
        file: 'sections.ts',
        edits: [
          [
            "    atomic.store<u64>(changetype<usize>(entry), version, offsetof<Entry>('version'));\n    // who",
            '    // who',
          ],
        ],
      },
      {
        name: 'a removal that goes on when it fails at the count',
        file: 'sections.ts',
        edits: [
          [
            'if (current && !changeCount(count, count - 1)) {',
            'if (current) changeCount(count, count - 1);\n  if (false) {',
          ],
        ],
      },
    ],
  },
];
