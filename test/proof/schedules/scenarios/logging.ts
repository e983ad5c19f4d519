/** Access logs: hits that nobody has applied yet, and evictors that apply them. Key `b` stands in another shard than `a`, `c`. */
import { type Action, get, near, put, remove } from '../actions.js';
import type { Scenario } from '../scenario.js';

const THREE = [put('a', 'x'), put('b', 'y'), put('c', 'z')];
const ALTERNATING = 'abaab';

/** A hit on each of these keys. */
function hits(keys: string): Action[] {
  return [...keys].map((key) => get(key));
}

/** More accesses than the log of so small a cache has room for. */
function many(): Action[] {
  return hits(ALTERNATING.repeat(8));
}

export const LOGGING: readonly Scenario[] = [
  {
    name: 'two hits, put that evicts',
    plot: { maxSize: 3, before: THREE, threads: [[get('b'), get('a'), put('d', 'w')]], ordered: true },
    mutants: [
      {
        name: 'an eviction that does not ask the logs',
        file: 'removal.ts',
        edits: [['  if (applyLogs() != OK) return BUSY;\n', '']],
      },
    ],
  },
  {
    name: 'hits again and again, put that evicts',
    plot: {
      maxSize: 3,
      before: THREE,
      threads: [[get('a'), get('b'), get('a'), put('d', 'w')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a record that is passed over for a later one of another entry',
        file: 'accesses.ts',
        edits: [
          ['= atomic.load<u32>(indexOf(records, entry)) - <u32>position;', ': u32 = 1;'],
          ['== (entry | lapOf(later))', '!= 0'],
        ],
      },
    ],
  },
  {
    name: 'hits, then an update, then a put that evicts',
    plot: {
      maxSize: 3,
      before: THREE,
      threads: [[get('a'), put('b', 'w'), put('d', 'v')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a put that passes its own thread’s hits',
        file: 'operations.ts',
        edits: [['setStamped(isLogEmpty());', 'setStamped(true);']],
      },
    ],
  },
  {
    name: 'more hits than the log has room for, put that evicts',
    plot: { maxSize: 3, before: THREE, threads: [[...many(), put('d', 'w')]], ordered: true },
    mutants: [
      {
        name: 'a full log that is written over',
        file: 'accesses.ts',
        edits: [['return isLogFull() ? applyLog(', 'return false ? applyLog(']],
      },
    ],
  },
  {
    name: 'two hits of a thread that rests / two evictors',
    plot: {
      shards: 2,
      maxSize: 4,
      before: [...THREE, put('g', 'v'), get('b'), get('a')],
      threads: [[put('d', 'w')], [put('e', 'u')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a record that is claimed before its stamp is drawn',
        file: 'sections.ts',
        edits: [
          [
            '  const stamp = atomic.add<u64>(STAMP_WORD, 1);\n  if (atomic.cmpxchg<u64>(tail',
            '  if (atomic.cmpxchg<u64>(tail',
          ],
          [
            '  const held = entry.version;\n',
            '  const stamp = atomic.add<u64>(STAMP_WORD, 1);\n  const held = entry.version;\n',
          ],
        ],
      },
      {
        name: 'a record that moves its entry whoever has claimed it',
        file: 'sections.ts',
        edits: [
          [
            'if (atomic.cmpxchg<u64>(tail, seen, next) != seen) {',
            'atomic.cmpxchg<u64>(tail, seen, next);\n  if (false) {',
          ],
        ],
      },
    ],
  },
  {
    name: 'hit / delete, another put into the same record, an access to another entry, eviction',
    plot: {
      maxSize: 3,
      before: THREE,
      threads: [[get('a')], [remove('a'), put('f', 'w'), get('b'), put('d', 'v')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a record that is applied to whatever stands there now',
        file: 'sections.ts',
        edits: [['held != 0 && <u32>held == version && ', 'held != 0 && ']],
      },
    ],
  },
  {
    name: 'near hit, miss / delete, put into the same record, eviction',
    plot: {
      maxSize: 2,
      before: [put('a', 'x'), put('b', 'y'), get('a')],
      threads: [
        [near('a'), get('b')],
        [remove('b'), put('c', 'z'), put('d', 'w')],
      ],
      ordered: true,
    },
  },
  {
    name: 'a removed entry’s record / eviction',
    plot: {
      maxSize: 2,
      before: [put('a', 'x'), put('b', 'y')],
      threads: [
        [get('a'), remove('a')],
        [put('c', 'z'), put('d', 'w')],
      ],
      ordered: true,
    },
    mutants: [
      {
        name: 'a record that is applied to a free one',
        file: 'sections.ts',
        edits: [['held != 0 && <u32>held == version && ', '']],
      },
    ],
  },
  {
    name: 'two hits with a full log / an evictor that has begun to apply it',
    plot: {
      maxSize: 3,
      before: THREE,
      warm: hits(`ba${'b'.repeat(30)}`),
      threads: [hits('ab'), [put('d', 'w')]],
      ordered: true,
    },
    mutants: [
      {
        name: 'an application that applies more and looks for later records as far as before',
        file: 'accesses.ts',
        edits: [['    end = now + size;\n', '']],
      },
    ],
  },
  {
    name: 'hits that pass over a full log’s access to the oldest / an evictor that has begun to apply it',
    plot: {
      maxSize: 3,
      before: THREE,
      warm: hits(`bbbbba${'b'.repeat(26)}`),
      threads: [hits('abbbb'), [put('d', 'w')]],
      ordered: true,
    },
    preemptions: 1,
    mutants: [
      {
        name: 'an application that looks no further than before when another thread has applied records',
        file: 'accesses.ts',
        edits: [['    end = now + size;\n    stop = now + most;\n', '']],
      },
      {
        name: 'an application that applies no more than before for what it has passed over since',
        file: 'accesses.ts',
        edits: [['    stop = now + most;\n', '']],
      },
      {
        name: 'an application that goes on where it was, whatever another thread has applied',
        file: 'accesses.ts',
        edits: [['    position = now;\n', '']],
      },
    ],
  },
  {
    name: 'a log that fills up / an evictor',
    plot: {
      maxSize: 2,
      before: [put('a', 'x'), put('b', 'y')],
      threads: [many().slice(0, 20), [put('c', 'z')]],
      ordered: true,
    },
    sampled: 100,
  },
];
