/** Deletes, expiry and the cleaner, and what happens to records that are used again. */
import { clean, cleanOnce, get, has, NOW, near, put, remove, touch } from '../actions.js';
import type { Scenario } from '../scenario.js';

/** One tick of the wheel and more. */
const SHORT = 5_000;
const LONG = 60_000_000;
const AFTER_SHORT = NOW + 20_000;
/** So late that an entry with a long time to live moves down in the wheel, but does not expire. */
const LATER = NOW + 58_500_000;
/** Some turns of the wheel after its deadline. */
const AFTER_LONG = NOW + 80_000_000;

export const REMOVING: readonly Scenario[] = [
  {
    name: 'get / delete, put into the same record',
    plot: { maxSize: 2, before: [put('a', 'x')], threads: [[get('a')], [remove('a'), put('f', 'y')]] },
    mutants: [
      {
        name: 'a hit that is held against a word read again',
        file: 'operations.ts',
        edits: [
          [
            'result = read(entry, info);\n    if (!unchanged(lock, word)) continue;',
            'result = read(entry, info);\n    if (!unchanged(lock, readFree(lock))) continue;',
          ],
        ],
      },
    ],
  },
  {
    name: 'near hit / delete, put into the same record',
    plot: {
      maxSize: 2,
      before: [put('a', 'x'), get('a')],
      threads: [[near('a')], [remove('a'), put('f', 'y')]],
    },
    mutants: [
      {
        name: 'a removed record that keeps its version',
        file: 'sections.ts',
        edits: [
          [
            "  atomic.store<u64>(changetype<usize>(entry), 0, offsetof<Entry>('version'));\n  if (current",
            '  if (current',
          ],
        ],
      },
    ],
  },
  {
    name: 'update / delete, put into the same record',
    plot: {
      maxSize: 2,
      before: [put('a', 'x')],
      threads: [[put('a', 'zzzzzzzzzzzzzzzzzzzz')], [remove('a'), put('f', 'y')]],
    },
    mutants: [
      {
        name: 'a replacement validated by a fresh word',
        file: 'operations.ts',
        edits: [['return replaceSection(shard, word, ', 'return replaceSection(shard, readFree(lock), ']],
      },
    ],
  },
  {
    name: 'delete / delete',
    plot: {
      maxSize: 2,
      before: [put('a', 'x'), put('f', 'y')],
      threads: [[remove('a'), has('f')], [remove('a')]],
    },
    mutants: [
      {
        name: 'a delete validated by a fresh word',
        file: 'operations.ts',
        edits: [
          [
            'const result = remove(shard, word, entry, CAUSE_DELETED, 0, 0, time);',
            'const result = remove(shard, readFree(lock), entry, CAUSE_DELETED, 0, 0, time);',
          ],
        ],
      },
    ],
  },
  {
    name: 'expiry by a get / renewal by a put',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: SHORT })],
      threads: [
        [get('a', AFTER_SHORT)],
        [put('a', 'y', { now: AFTER_SHORT, ttl: LONG }), get('a', AFTER_SHORT)],
      ],
    },
    mutants: [
      {
        name: 'an expiry validated by a fresh word',
        file: 'operations.ts',
        edits: [
          [
            'result = remove(shard, word, entry, CAUSE_EXPIRED, 0, 0, time);\n    if',
            'result = remove(shard, readFree(lock), entry, CAUSE_EXPIRED, 0, 0, time);\n    if',
          ],
        ],
      },
    ],
  },
  {
    name: 'expiry by the cleaner / renewal by a put in time, get',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: SHORT }), put('f', 'w')],
      threads: [[clean(AFTER_SHORT)], [put('a', 'y', { ttl: LONG }), get('a')]],
    },
    mutants: [
      {
        name: 'a cleaner that removes what it saw under another word',
        file: 'clean.ts',
        edits: [['return remove(shard, word, entry', 'return remove(shard, readFree(lock), entry']],
      },
    ],
  },
  {
    name: 'cleaner / put with a deadline, get',
    plot: {
      maxSize: 3,
      before: [put('a', 'x', { ttl: LONG })],
      threads: [[clean(LATER)], [put('f', 'y', { ttl: SHORT }), get('a')]],
    },
    mutants: [
      {
        name: 'a wheel that is set forward past an entry it has not seen',
        file: 'clean.ts',
        edits: [['wheelTickSection(shard, word, tick)', 'wheelTickSection(shard, readFree(lock), tick)']],
      },
    ],
  },
  {
    name: 'cleaner that moves an entry down / delete, put',
    plot: {
      maxSize: 3,
      before: [put('a', 'x', { ttl: LONG })],
      threads: [[clean(LATER)], [remove('a'), put('f', 'y')]],
    },
    mutants: [
      {
        name: 'an entry moved in the wheel after it has gone',
        file: 'clean.ts',
        edits: [['moveTimerSection(shard, word, entry)', 'moveTimerSection(shard, readFree(lock), entry)']],
      },
    ],
  },
  {
    name: 'cleaner / cleaner',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: LONG })],
      threads: [[clean(AFTER_LONG)], [clean(AFTER_LONG)]],
    },
    mutants: [
      {
        name: 'a wheel that is set forward and those who look around do not notice',
        file: 'sections.ts',
        edits: [
          [
            '  shard.wheelTick = tick;\n  releaseChanged(lock, word);',
            '  shard.wheelTick = tick;\n  releaseUnchanged(lock, word);',
          ],
        ],
      },
    ],
  },
  {
    name: 'cleaner / one that was held up, and moves an entry down',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: LONG }), cleanOnce(LATER)],
      threads: [[cleanOnce(AFTER_LONG)], [cleanOnce(LATER)]],
    },
    preemptions: 3,
    mutants: [
      {
        name: 'a move in the wheel that those who look around do not notice',
        file: 'sections.ts',
        edits: [
          [
            '  wheelLink(shard, entry);\n  releaseChanged(lock, word);\n  return OK;\n}\n\n/** Section: sets',
            '  wheelLink(shard, entry);\n  releaseUnchanged(lock, word);\n  return OK;\n}\n\n/** Section: sets',
          ],
        ],
      },
    ],
  },
  {
    name: 'near hit / touch that ends its time, update that gives it the same again',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: LONG }), get('a')],
      threads: [[near('a', AFTER_SHORT)], [touch('a', SHORT), put('a', 'y', { ttl: LONG })]],
      ordered: true,
    },
    mutants: [
      {
        name: 'a near hit that asks for the deadline last',
        file: 'near.ts',
        edits: [
          [
            "  if (atomic.load<u64>(record, offsetof<Entry>('deadline')) != <u64>deadline) return MISS;\n",
            '',
          ],
          [
            '!= <u64>version) return MISS;\n',
            "!= <u64>version) return MISS;\n  if (atomic.load<u64>(record, offsetof<Entry>('deadline')) != <u64>deadline) return MISS;\n",
          ],
        ],
      },
      {
        name: 'an update that stores the deadline before the version',
        file: 'sections.ts',
        edits: [
          [
            '  entry.valueInfo = newValueInfo;\n',
            '  entry.valueInfo = newValueInfo;\n  entry.deadline = newDeadline;\n',
          ],
        ],
      },
    ],
  },
];
