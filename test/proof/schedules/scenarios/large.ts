/** Values too long for the scratch, and memory that runs short. */
import { get, holdingGet, long, near, peek, put, remove, reserve, urgentPut } from '../actions.js';
import type { Scenario } from '../scenario.js';

const LARGE = 8_200;
const BEFORE = [put('a', long('x', LARGE))];

/** What looks like a header of no size when it stands where a block began. */
const ZERO = '\u0000';

/** One value that fills nearly all of the heap, the newest, and four in a row behind it. */
const CROWDED = {
  maxSize: 8,
  pressed: true,
  ballast: 'z',
  before: [
    put('z', long('z', 289_228)),
    put('a', long('x', 2_000)),
    put('b', long('y', 2_000)),
    put('c', long('w', 2_000)),
    put('d', long('t', 2_000)),
    get('z'),
  ],
} as const;

export const LARGE_VALUES: readonly Scenario[] = [
  {
    name: 'get of a large value / replacement',
    plot: { maxSize: 2, before: BEFORE, threads: [[get('a')], [put('a', long('y', LARGE))]] },
    mutants: [
      {
        name: 'a copy that is not confirmed by the version',
        file: 'large.ts',
        edits: [[' == mine.entryVersion;', ' != 0;']],
      },
    ],
  },
  {
    name: 'get of a large value / two replacements',
    plot: {
      maxSize: 2,
      before: BEFORE,
      threads: [[get('a')], [put('a', long('y', LARGE)), put('a', long('z', LARGE + 64))]],
    },
  },
  {
    name: 'get of a large value that asks writers to wait / replacement, delete',
    plot: {
      maxSize: 2,
      before: BEFORE,
      threads: [[holdingGet('a')], [put('a', long('y', LARGE)), remove('a')]],
    },
  },
  {
    name: 'get of a large value that asks writers to wait / two updates, near hit on the first',
    plot: {
      maxSize: 2,
      before: BEFORE,
      threads: [[holdingGet('a')], [put('a', 'y'), get('a'), put('a', 'z'), near('a')]],
    },
    mutants: [
      {
        name: 'a hold that sets the sequence back, since it did not take the lock',
        file: 'sections.ts',
        edits: [
          [
            '  if (!tryLock(lock, word)) return RETRY;\n  if (shard.held != 0 && now',
            '  if (shard.held != 0 && now',
          ],
        ],
      },
      {
        name: 'the end of a hold that sets the sequence back, since it did not take the lock',
        file: 'sections.ts',
        edits: [
          [
            '  if (!tryLock(lock, word)) return RETRY;\n  if (shard.held == changetype<usize>(entry) && shard.heldUntil == until)',
            '  if (shard.held == changetype<usize>(entry) && shard.heldUntil == until)',
          ],
        ],
      },
    ],
  },
  {
    name: 'peek at a large value / delete, put into the same record and block',
    plot: {
      maxSize: 2,
      before: BEFORE,
      threads: [[peek('a')], [remove('a'), put('f', long('y', LARGE))]],
    },
    mutants: [
      {
        name: 'a description of a value that is not validated',
        file: 'operations.ts',
        edits: [['OK) result = read(entry, entry.valueInfo);', 'OK) return read(entry, entry.valueInfo);']],
      },
    ],
  },
  {
    name: 'large put / large put, get of both',
    plot: {
      maxSize: 2,
      threads: [
        [put('a', long('x', LARGE)), get('b')],
        [put('b', long('y', LARGE)), get('a')],
      ],
    },
  },
  {
    name: 'emptying a stretch / put',
    plot: {
      ...CROWDED,
      threads: [[urgentPut('e', long('v', 5_000))], [put('f', long(ZERO, 3_000))]],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'a claim that does not keep others from taking blocks',
        file: 'blocks.ts',
        edits: [
          [
            '  if (arena.claim != 0 && arena.claim != myNumber) {\n    releaseUnchanged(lock, word);\n    return CLAIMED;\n  }\n  const block',
            '  const block',
          ],
        ],
      },
    ],
  },
  {
    name: 'emptying a stretch / put that does not wait for the claim to end',
    plot: {
      ...CROWDED,
      impatient: true,
      threads: [[urgentPut('e', long('v', 5_000))], [put('f', long(ZERO, 3_000)), get('d')]],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'a walk through a stretch that does not look whether the claim stands',
        file: 'stretch.ts',
        edits: [['    if (!holdsClaim(arena)) return LIFTED;\n', '']],
      },
    ],
  },
  {
    name: 'emptying a stretch / delete, update in it',
    plot: {
      ...CROWDED,
      threads: [[urgentPut('e', long('v', 5_000))], [remove('b'), put('c', long('u', 1_500))]],
    },
    preemptions: 1,
  },
  {
    name: 'emptying a stretch / delete in it, a block in hand that was left there, put',
    plot: {
      ...CROWDED,
      threads: [
        [urgentPut('e', long('v', 5_000))],
        [remove('b'), reserve('f', long('u', 2_000)), put('g', 's')],
      ],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'a stretch with an entry of which only the record is known',
        file: 'stretch.ts',
        edits: [['} else if (changetype<Entry>(owner).block == at) {', '} else {']],
      },
    ],
  },
  {
    name: 'two that empty a stretch',
    plot: {
      ...CROWDED,
      threads: [[urgentPut('e', long('v', 5_000))], [urgentPut('f', long('u', 3_000))]],
    },
    preemptions: 1,
  },
  {
    name: 'a thread that dies while it empties a stretch / put',
    plot: {
      ...CROWDED,
      threads: [[urgentPut('e', long('v', 5_000))], [put('f', long('u', 1_000))]],
    },
    kill: { threads: [0], at: 'interrupts' },
    preemptions: 1,
    mutants: [
      {
        name: 'a slot that is given back with its claim',
        file: 'slots.ts',
        edits: [['  endClaims(slot, number);\n', '']],
      },
    ],
  },
];
