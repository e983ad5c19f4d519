/**
 * Threads that die in the middle of something: at the points where V8 stops a thread, none holds a lock; and, as
 * defence in depth, anywhere, where a lock is taken over and one shard may be lost.
 */
import { clean, get, long, NOW, put, reap, remove, reserve } from '../actions.js';
import type { Scenario } from '../scenario.js';

const LARGE = 8_200;
const FIRST = { threads: [0], at: 'interrupts' } as const;
const FIRST_ANYWHERE = { threads: [0], at: 'anywhere' } as const;

export const DYING: readonly Scenario[] = [
  {
    name: 'a dying thread’s get, put / hand-over to another thread, which gives its slot back',
    plot: {
      maxSize: 2,
      before: [put('a', 'x')],
      threads: [
        [get('a'), put('a', 'v'), put('b', 'y')],
        [put('a', 'z'), reap(0), put('b', 'w'), get('a')],
      ],
    },
    kill: FIRST,
    preemptions: 1,
    mutants: [
      {
        name: 'an update that copies in a loop under the lock',
        file: 'sections.ts',
        edits: [
          [
            '  memory.copy(valueAt, valueScratch, length);\n',
            '  for (let at: u32 = 0; at < length; at++) store<u8>(valueAt + at, load<u8>(valueScratch + at));\n',
          ],
        ],
      },
      {
        name: 'a block that is noted in the slot only after the section that took it',
        file: 'blocks.ts',
        edits: [
          [
            '  mine.hand = block;\n  releaseChanged(lock, word);\n',
            '  releaseChanged(lock, word);\n  while (mine.hand != block) mine.hand = block;\n',
          ],
        ],
      },
      {
        name: 'an insert whose count and entry are changed in two sections',
        file: 'sections.ts',
        edits: [
          [
            '  recordTake(shard, record);\n',
            '  releaseUnchanged(lock, word);\n  while (!tryLock(lock, word)) {}\n  recordTake(shard, record);\n',
          ],
        ],
      },
      {
        name: 'a slot that is given back with a block still in its hand',
        file: 'slots.ts',
        edits: [
          [
            "  let result = freeBlockOf(slot, offsetof<Slot>('hand'));\n  if (result != OK) return result;\n  result = ",
            '  const result = ',
          ],
        ],
      },
    ],
  },
  {
    name: 'a dying thread’s eviction and replacement / another thread’s',
    plot: {
      shards: 2,
      maxSize: 2,
      before: [put('a', 'x'), put('b', 'y')],
      threads: [
        [put('c', 'z'), put('c', long('w', 40))],
        [put('d', 'v'), reap(0), get('a')],
      ],
    },
    kill: FIRST,
    preemptions: 1,
    mutants: [
      {
        name: 'a removed block that is noted in the slot only after the section that removed it',
        file: 'sections.ts',
        edits: [
          [
            '  mine.garbage = entry.block;\n  mine.removedKey',
            '  const block = entry.block;\n  mine.removedKey',
          ],
          [
            '  releaseChanged(lock, word);\n  return current ? OK : LEFTOVER;',
            '  releaseChanged(lock, word);\n  while (mine.garbage != block) mine.garbage = block;\n  return current ? OK : LEFTOVER;',
          ],
        ],
      },
      {
        name: 'a slot that is given back with a removed block not freed yet',
        file: 'slots.ts',
        edits: [["  result = freeBlockOf(slot, offsetof<Slot>('garbage'));\n", '']],
      },
    ],
  },
  {
    name: 'a dying thread’s large put / another thread’s, which gives its slot back',
    plot: {
      maxSize: 2,
      before: [put('a', long('x', LARGE))],
      threads: [[put('a', long('y', LARGE))], [remove('a'), reap(0), put('b', long('z', LARGE))]],
    },
    kill: FIRST,
    preemptions: 1,
  },
  {
    name: 'a dying thread with a large block in hand, which it has left there, and starts anew',
    plot: {
      maxSize: 2,
      threads: [
        [reserve('a', long('x', LARGE)), put('b', 'y')],
        [reap(0), put('a', 'z')],
      ],
    },
    kill: FIRST,
    preemptions: 1,
  },
  {
    name: 'a dying cleaner / put, get',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: 5_000 }), put('b', 'y', { ttl: 60_000_000 })],
      threads: [[clean(NOW + 20_000)], [put('a', 'z', { ttl: 5_000 }), reap(0), get('b')]],
    },
    kill: FIRST,
    preemptions: 1,
  },
  {
    name: 'a thread that dies anywhere in get, put, delete / another thread’s',
    plot: {
      shards: 2,
      maxSize: 3,
      mayLose: true,
      before: [put('a', 'x'), put('b', 'y'), get('a'), get('b')],
      threads: [
        [get('a'), put('a', long('z', 40)), remove('b')],
        [put('c', 'w'), get('b')],
      ],
    },
    kill: FIRST_ANYWHERE,
    preemptions: 0,
    mutants: [
      {
        name: 'a take-over that does not look for blocks without an owner',
        file: 'rebuild.ts',
        edits: [['const isWanted = hasOrphans(i);', 'const isWanted = false;']],
      },
      {
        name: 'a block that is free before its slot has forgotten it',
        file: 'blocks.ts',
        edits: [
          [
            '  store<u32>(changetype<usize>(slot) + field, 0);\n  heapFree(arena, block);\n',
            '  heapFree(arena, block);\n  store<u32>(changetype<usize>(slot) + field, 0);\n',
          ],
        ],
      },
      {
        name: 'a removal that still has a version when the count is changed',
        file: 'sections.ts',
        edits: [
          [
            "  atomic.store<u64>(changetype<usize>(entry), 0, offsetof<Entry>('version'));\n  if (current",
            '  if (current',
          ],
          [
            '  chainUnlink(entry);\n  lruUnlink(entry);\n  wheelUnlink(shard, entry);\n  mine.garbage',
            "  atomic.store<u64>(changetype<usize>(entry), 0, offsetof<Entry>('version'));\n  chainUnlink(entry);\n  lruUnlink(entry);\n  wheelUnlink(shard, entry);\n  mine.garbage",
          ],
        ],
      },
    ],
  },
  {
    name: 'a thread that dies anywhere in an eviction / another thread’s, the cleaner',
    plot: {
      shards: 2,
      maxSize: 2,
      mayLose: true,
      before: [put('a', 'x', { ttl: 5_000 }), put('b', 'y'), get('a'), get('b')],
      threads: [[put('c', 'z')], [put('d', 'w'), clean(NOW + 20_000), clean(NOW + 20_000, 1)]],
    },
    kill: FIRST_ANYWHERE,
    preemptions: 0,
  },
  {
    name: 'a thread that dies anywhere in a put / a delete that has looked before, a third one gives its slot back',
    plot: {
      maxSize: 2,
      mayLose: true,
      before: [put('a', 'x'), get('a')],
      threads: [[put('a', 'z')], [remove('a')], [reap(0)]],
    },
    kill: FIRST_ANYWHERE,
    preemptions: 1,
    mutants: [
      {
        name: 'a take-over of a lock that those who have looked before do not notice',
        file: 'rebuild.ts',
        edits: [
          [
            '    releaseChanged(lock, word & ~OWNER_MASK);\n    taken++;',
            '    atomic.store<u64>(lock, word & ~OWNER_MASK, LOCK_OFFSET);\n    taken++;',
          ],
        ],
      },
    ],
  },
];
