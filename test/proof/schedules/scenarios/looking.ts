/** Operations that may end without the lock, by what they have seen under its word, beside an update that moves the key's bytes. */
import { type Action, add, double, long, NOW, put, remove, touch, ttl } from '../actions.js';
import type { Mutant, Scenario } from '../scenario.js';

const LATER = 60_000_000;

/** The key is there all the time, in one block or another; what stands in its old place is another key. */
function besideMove(name: string, action: Action, mutant: Mutant): Scenario {
  return {
    name: `${name} / update that moves the key’s bytes, whose old place is used again`,
    plot: {
      maxSize: 2,
      before: [put('a', double(1))],
      threads: [[action], [put('a', long('y', 40)), put('f', long('z', 8))]],
    },
    mutants: [mutant],
  };
}

export const LOOKING: readonly Scenario[] = [
  besideMove('ttl', ttl('a'), {
    name: 'a ttl that is not validated',
    file: 'deadline.ts',
    edits: [['    if (unchanged(lock, word)) return left;', '    return left;']],
  }),
  besideMove('touch', touch('a', LATER), {
    name: 'a touch whose miss is not validated',
    file: 'deadline.ts',
    edits: [['    if (unchanged(lock, word)) return MISS;', '    return MISS;']],
  }),
  besideMove('add', add('a', 1), {
    name: 'an addition whose miss is not validated',
    file: 'conditional.ts',
    edits: [
      [
        '    if (at == 0) {\n      if (unchanged(lock, word)) return MISS;',
        '    if (at == 0) {\n      return MISS;',
      ],
    ],
  }),
  besideMove('delete', remove('a'), {
    name: 'a delete whose miss is not validated',
    file: 'operations.ts',
    edits: [['      if (unchanged(lock, word)) return MISS;\n      continue;', '      return MISS;']],
  }),
  {
    name: 'add / delete, put of a text into the same record',
    plot: {
      maxSize: 2,
      before: [put('a', double(1))],
      threads: [[add('a', 1)], [remove('a'), put('f', long('y', 16))]],
    },
    mutants: [
      {
        name: 'an addition to another key’s value, which is no number',
        file: 'conditional.ts',
        edits: [['    if (unchanged(lock, word)) return result == NOT', '    return result == NOT']],
      },
    ],
  },
  {
    name: 'ttl / expiry, put into the same record',
    plot: {
      maxSize: 2,
      before: [put('a', 'x', { ttl: 5_000 })],
      threads: [[ttl('a')], [remove('a', NOW + 20_000), put('f', 'y')]],
    },
  },
];
