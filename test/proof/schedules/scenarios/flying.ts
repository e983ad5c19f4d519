/** Loads that meet other loads: who leads, who takes over, and what becomes of flights whose leader dies. Key `f` stands in the bucket of `a`. */
import { claim, clear, end, get, join, land, NOW, put, reap, remove, take } from '../actions.js';
import type { Scenario } from '../scenario.js';

const SHORT = 5_000;
/** Its lease is over before anything that happens LATER. */
const BRIEF = { lease: SHORT };
const LATER = { now: NOW + 20_000 };
const FIRST = { threads: [0], at: 'interrupts' } as const;
const FIRST_ANYWHERE = { threads: [0], at: 'anywhere' } as const;

export const FLYING: readonly Scenario[] = [
  {
    name: 'load / load of the same key',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a'), land('a', 'x'), end('a')],
        [claim('a'), land('a', 'y')],
      ],
    },
    mutants: [
      {
        name: 'a claim validated by a fresh word',
        file: 'flights.ts',
        edits: [
          ['import { nextVersion, read,', 'import { nextVersion, read, readFree,'],
          [
            'claimSection(shard, word, hash, secondHash(keyInfo), keyInfo, until);',
            'claimSection(shard, readFree(changetype<usize>(shard)), hash, secondHash(keyInfo), keyInfo, until);',
          ],
        ],
      },
    ],
  },
  {
    name: 'load / load of another key, and a delete',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a'), land('a', 'x'), end('a')],
        [claim('f'), remove('a'), end('f')],
      ],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'a flight that is found by its bucket',
        file: 'flights.ts',
        edits: [['flight.hash == hash && flight.second == second && flight.keyInfo == keyInfo', 'true']],
      },
    ],
  },
  {
    name: 'load that is over, another one in the same record / claim, asking the leader to tell how it ends',
    plot: { maxSize: 2, threads: [[claim('a'), end('a'), claim('f')], [join('a')]] },
    mutants: [
      {
        name: 'a wait for whatever flight stands there now',
        file: 'flights.ts',
        edits: [['const isSame = flight.ticket == ticket;', 'const isSame = flight.ticket != 0;']],
      },
    ],
  },
  {
    name: 'two loads in the same record / claim, asking the first one’s leader to tell how it ends',
    plot: { maxSize: 2, threads: [[claim('a'), end('a'), claim('f'), end('f')], [join('a')]] },
    mutants: [
      {
        name: 'a flight that keeps who waited for another one',
        file: 'flights.ts',
        edits: [['  flight.isAwaited = 0;\n', '']],
      },
    ],
  },
  {
    name: 'load / load that takes over, since the lease is over',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a', BRIEF), land('a', 'x'), end('a')],
        [claim('a', LATER), land('a', 'y'), end('a')],
      ],
    },
    mutants: [
      {
        name: 'a claim that reads its ticket after it has let go',
        file: 'loading.ts',
        edits: [
          [
            'return tell(at, nextVersion(word), OK);',
            "return tell(at, atomic.load<u64>(at, offsetof<Flight>('ticket')), OK);",
          ],
        ],
      },
      {
        name: 'a take-over with the same ticket',
        file: 'flights.ts',
        edits: [
          [
            '  begin(flight, word, until);\n  releaseChanged(lock, word);\n  return OK;',
            '  const ticket = flight.ticket;\n  begin(flight, word, until);\n  flight.ticket = ticket;\n  releaseChanged(lock, word);\n  return OK;',
          ],
        ],
      },
      {
        name: 'a take-over that those who look around do not notice',
        file: 'flights.ts',
        edits: [
          [
            '  begin(flight, word, until);\n  releaseChanged(lock, word);\n  return OK;',
            '  begin(flight, word, until);\n  releaseUnchanged(lock, word);\n  return OK;',
          ],
        ],
      },
      {
        name: 'a landing that does not ask for its ticket',
        file: 'flights.ts',
        edits: [['return flight.ticket == ticket && flight.isFenced', 'return flight.isFenced']],
      },
      {
        name: 'an end of whatever flight stands there now',
        file: 'flights.ts',
        edits: [['  if (flight.ticket != ticket) {', '  if (flight.ticket == 0) {']],
      },
    ],
  },
  {
    name: 'load / delete, load that takes over the fenced flight',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a'), land('a', 'x'), end('a')],
        [remove('a'), claim('a'), land('a', 'y')],
      ],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'who comes after a write and waits for the load before it',
        file: 'loading.ts',
        edits: [['|| !mayLand(flight, flight.ticket)', '']],
      },
      {
        name: 'a flight that is still fenced when it begins anew',
        file: 'flights.ts',
        edits: [['  flight.isFenced = 0;\n', '']],
      },
    ],
  },
  {
    name: 'load that comes too late / take-over, end, another key’s load in the same record',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a', BRIEF), land('a', 'x'), end('a')],
        [claim('a', LATER), end('a'), claim('f'), land('f', 'y'), end('f')],
      ],
    },
    preemptions: 1,
    mutants: [
      {
        name: 'tickets that come again',
        file: 'flights.ts',
        edits: [
          [
            "changetype<usize>(flight), nextVersion(word), offsetof<Flight>('ticket')",
            "changetype<usize>(flight), 1, offsetof<Flight>('ticket')",
          ],
        ],
      },
    ],
  },
  {
    name: 'load of a key that is evicted meanwhile / put that evicts it',
    plot: {
      maxSize: 2,
      before: [put('a', 'w', { ttl: SHORT }), put('b', 'v')],
      threads: [[claim('a', { ahead: SHORT }), land('a', 'x'), end('a')], [put('c', 'y')]],
      ordered: true,
    },
    preemptions: 1,
    mutants: [
      {
        name: 'an eviction that fences the load of another key',
        file: 'sections.ts',
        edits: [
          ['import { Entry, Shard }', 'import { Entry, Flight, Shard }'],
          [
            '  chainUnlink(entry);\n  lruUnlink(entry);\n',
            '  changetype<Flight>(shard.flightsEnd - <usize>header().flightsPerShard * 64).isFenced = 1;\n  chainUnlink(entry);\n  lruUnlink(entry);\n',
          ],
        ],
      },
    ],
  },
  {
    name: 'a leader that dies / another thread, which gives its slot back and loads the key',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a'), land('a', 'x'), end('a')],
        [reap(0), claim('a'), land('a', 'y')],
      ],
    },
    kill: FIRST,
    preemptions: 1,
    mutants: [
      {
        name: 'a slot that is given back with its flights in the air',
        file: 'slots.ts',
        edits: [['  if (result == OK) result = dropFlights(index + 1);\n', '']],
      },
    ],
  },
  {
    name: 'a leader that dies / a load that takes over after its lease and gives its slot back',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a', BRIEF), land('a', 'x'), end('a')],
        [claim('a', LATER), reap(0), land('a', 'y'), end('a')],
      ],
    },
    kill: FIRST,
    preemptions: 1,
    mutants: [
      {
        name: 'a slot that is given back and takes with it every flight',
        file: 'loading.ts',
        edits: [
          [
            'if (ticket == 0 || (flight.owner != number && flight.deadline >= then)) continue;',
            'if (ticket == 0) continue;',
          ],
        ],
      },
    ],
  },
  {
    name: 'a leader that dies anywhere / another thread’s loads',
    plot: {
      maxSize: 2,
      mayLose: true,
      before: [put('a', 'w', { ttl: SHORT }), get('a')],
      threads: [
        [claim('a', { ahead: SHORT }), land('a', 'x'), end('a')],
        [claim('f'), put('a', 'y'), land('f', 'z'), claim('b')],
      ],
    },
    kill: FIRST_ANYWHERE,
    preemptions: 0,
    mutants: [
      {
        name: 'a take-over of a lock that leaves the flights as they are',
        file: 'rebuild.ts',
        edits: [['  rebuildFlights(shard, index);\n', '']],
      },
    ],
  },
  {
    name: 'three loads of the same key, a delete and a clear',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a'), land('a', 'x'), end('a'), claim('f'), land('f', '1'), end('f')],
        [join('a'), land('a', 'y'), end('a'), clear(), claim('f'), land('f', '2')],
        [remove('a'), join('a'), land('a', 'z'), end('a'), take('f')],
      ],
    },
    sampled: 200,
  },
  {
    name: 'three loads of the same key, one after the other’s lease, and a put',
    plot: {
      maxSize: 2,
      threads: [
        [claim('a', BRIEF), land('a', 'x'), end('a')],
        [claim('a', LATER), land('a', 'y'), end('a'), put('a', 'w')],
        [claim('a', BRIEF), claim('f'), land('f', 'z'), end('f'), land('a', 'v'), end('a')],
      ],
    },
    sampled: 200,
  },
];
