/** The schedule explorer itself: it finds the known defects of small samples, and only those. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  assertClean,
  assertFails,
  call,
  describeFailure,
  explore,
  type Instrumented,
  type KillOptions,
  type Outcome,
  type Program,
  type Report,
  readBytes,
  replay,
  type Scenario,
  type Step,
  World,
  when,
} from './explore/index.js';
import { COUNTER, compileSamples, counterIs, LOCK, RECORD, SCRATCH, times } from './explore/samples.js';

let module: Instrumented;

before(async () => {
  module = await compileSamples();
});

function makeWorld(threads = 2): World {
  return new World({ module, pages: 2, threads });
}

describe('a counter', () => {
  const scenario = (name: string) => (): Scenario => ({
    threads: [times(2, name), times(2, name)],
    check: counterIs(4),
  });

  it('loses an update without atomics, in both modes', () => {
    const world = makeWorld();
    const exhaustive = explore(world, scenario('racyIncrement'), { mode: 'exhaustive' });
    assert.equal(assertFails(exhaustive).kind, 'check');
    const random = explore(world, scenario('racyIncrement'), { mode: 'random', seed: 7, schedules: 200 });
    assert.equal(assertFails(random).seed, 7);
    assert.throws(() => assertClean(random), /seed 7, replay/);
  });

  it('is right with a compare-and-swap loop, whatever the number of preemptions', (test) => {
    for (const preemptions of [0, 1, 2, 3, 8]) {
      const report = explore(makeWorld(), scenario('casIncrement'), { mode: 'exhaustive', preemptions });
      assertClean(report);
      test.diagnostic(`${preemptions} preemptions: ${report.schedules} schedules, ${report.pruned} pruned`);
    }
  });

  it('is right with three threads', (test) => {
    const begin = (): Scenario => ({
      threads: [times(2, 'casIncrement'), times(1, 'casIncrement'), times(1, 'atomicIncrement')],
      check: counterIs(4),
    });
    const report = explore(makeWorld(3), begin, { mode: 'exhaustive' });
    assertClean(report);
    test.diagnostic(`${report.schedules} schedules, ${report.pruned} pruned`);
  });

  it('hands out every number once', () => {
    const begin = (): Scenario => ({
      threads: [times(2, 'casIncrement'), times(2, 'atomicIncrement')],
      check: ({ history }) => {
        const numbers = history.map(({ result }) => Number(result)).sort();
        assert.deepEqual(numbers, [0, 1, 2, 3]);
        for (const one of history) {
          for (const two of history) {
            if (one.end < two.start) assert.ok(Number(one.result) < Number(two.result), 'out of order');
          }
        }
      },
    });
    assertClean(explore(makeWorld(), begin, { mode: 'exhaustive' }));
  });
});

describe('pruning', () => {
  const cases: Record<string, [ways: () => Program[], kill?: KillOptions]> = {
    counters: [() => [times(1, 'racyLoop', 3), times(2, 'casIncrement')]],
    'three threads': [() => [times(1, 'racyIncrement'), times(1, 'casIncrement'), times(1, 'racyIncrement')]],
    locks: [() => [times(1, 'loopLocked', 2), times(2, 'straightLocked')]],
    'sequence lock': [() => [times(2, 'publish', 5n), times(2, 'readBlindly')]],
    spinning: [() => [times(1, 'spinForFlag'), times(1, 'raiseFlag')]],
    kills: [() => [times(1, 'publish', 5n), times(2, 'readBlindly')], { threads: [0], at: 'anywhere' }],
  };
  for (const [name, [programs, kill]] of Object.entries(cases)) {
    it(`leaves the same outcomes: ${name}`, (test) => {
      const outcomes = (prune: boolean): [Set<string>, Report] => {
        const found = new Set<string>();
        const begin = (): Scenario => ({
          threads: programs(),
          check: ({ world, history, killed }) => {
            // who preceded whom is part of the outcome: a check may look at it
            const order = history.map(({ start }) => history.filter(({ end }) => end < start).length);
            const results = history.map(({ result }) => result);
            const words = [COUNTER, LOCK, RECORD, RECORD + 24].map((at) => world.view.getUint32(at, true));
            found.add(`${words}: ${results}: ${order}: ${killed}`);
          },
        });
        const world = makeWorld(programs().length);
        const options = { mode: 'exhaustive', preemptions: 3, prune } as const;
        const report = explore(world, begin, kill === undefined ? options : { ...options, kill });
        assertClean(report);
        return [found, report];
      };
      const [all, without] = outcomes(false);
      const [some, pruned] = outcomes(true);
      assert.deepEqual([...some].sort(), [...all].sort());
      assert.ok(pruned.schedules <= without.schedules, `${pruned.schedules} of ${without.schedules}`);
      test.diagnostic(`${pruned.schedules} of ${without.schedules}, ${all.size} outcomes`);
    });
  }
});

describe('a sequence lock', () => {
  function* reader(name: string): Program {
    for (let round = 0; round < 2; round++) assert.equal(yield* call(name), 1, 'torn');
  }
  const scenario = (name: string) => (): Scenario => ({
    threads: [times(2, 'publish', 5n), reader(name)],
  });

  it('is read torn by a reader that does not validate', () => {
    const failure = assertFails(explore(makeWorld(), scenario('readBlindly'), { mode: 'exhaustive' }));
    assert.equal(failure.kind, 'program');
    assert.match(failure.message, /torn/);
    assert.match(describeFailure(failure), /publish: store8/);
  });

  it('is read whole by one that does', (test) => {
    const report = explore(makeWorld(), scenario('readValidated'), { mode: 'exhaustive', preemptions: 3 });
    assertClean(report);
    test.diagnostic(`${report.schedules} schedules, ${report.pruned} pruned`);
    const random = { mode: 'random', seed: 3, schedules: 500 } as const;
    assertClean(explore(makeWorld(), scenario('readValidated'), random), 'sampled');
  });
});

describe('memory.copy', () => {
  const isWhole = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === bytes[0]);

  function* writer(world: World): Program {
    world.write(SCRATCH, new Uint8Array(64).fill(9));
    yield* call('copyIn', SCRATCH);
  }

  function* engineReader(world: World): Program {
    yield* call('copyOut', SCRATCH + 512);
    assert.ok(isWhole(world.bytes.slice(SCRATCH + 512, SCRATCH + 576)), 'torn');
  }

  function* hostReader(world: World): Program {
    assert.ok(isWhole(yield* readBytes(world.bytes, RECORD, 64)), 'torn');
  }

  for (const reader of [engineReader, hostReader]) {
    it(`is not one step, for the ${reader.name}`, () => {
      const begin = (world: World): Scenario => ({ threads: [writer(world), reader(world)] });
      assert.match(assertFails(explore(makeWorld(), begin, { mode: 'exhaustive' })).message, /torn/);
    });
  }
});

describe('waiting', () => {
  it('lets a thread spin only until something has changed', () => {
    function* waiter(): Program {
      assert.equal(yield* call('spinForFlag'), 7);
    }
    const begin = (): Scenario => ({ threads: [waiter(), times(1, 'raiseFlag')] });
    const report = explore(makeWorld(), begin, { mode: 'exhaustive' });
    assertClean(report);
    assert.ok(report.schedules < 100, `${report.schedules} schedules`);
  });

  it('finds a flag that nobody raises', () => {
    const begin = (): Scenario => ({ threads: [times(1, 'spinForFlag'), times(1, 'countCalls')] });
    const options = { mode: 'exhaustive', limits: { events: 5_000 } } as const;
    assert.equal(assertFails(explore(makeWorld(), begin, options)).kind, 'livelock');
  });

  it('finds a wake-up that comes before the sleep', () => {
    const begin = (): Scenario => ({ threads: [times(1, 'sleepForFlag'), times(1, 'raiseAndWake')] });
    const failure = assertFails(explore(makeWorld(), begin, { mode: 'exhaustive' }));
    assert.equal(failure.kind, 'deadlock');
  });

  it('excludes with a lock', () => {
    const begin = (): Scenario => ({
      threads: [times(2, 'loopLocked', 2), times(2, 'straightLocked')],
      check: counterIs(6),
    });
    assertClean(explore(makeWorld(), begin, { mode: 'exhaustive' }));
    assertClean(explore(makeWorld(), begin, { mode: 'random', seed: 11, schedules: 500 }), 'sampled');
  });
});

describe('a killed thread', () => {
  const lockIsFree = ({ world }: Outcome): void =>
    assert.equal(world.view.getUint32(LOCK, true), 0, 'lock held');
  const scenario = (program: () => Program) => (): Scenario => ({
    threads: [program(), times(1, 'racyIncrement')],
    check: lockIsFree,
  });
  const looping = scenario(() => times(2, 'loopLocked', 2));
  const straight = scenario(() => times(2, 'straightLocked'));

  it('leaves a lock held when it dies in a loop, in both modes', () => {
    const kill = { threads: [0], at: 'interrupts' } as const;
    const failure = assertFails(explore(makeWorld(), looping, { mode: 'exhaustive', kill }));
    assert.match(failure.message, /lock held/);
    assert.match(failure.decisions, /^\d+!0$/);
    assertFails(explore(makeWorld(), looping, { mode: 'random', seed: 5, schedules: 300, kill }));
  });

  it('leaves none when it dies only between straight lines', () => {
    const kill = { threads: [0], at: 'interrupts' } as const;
    assertClean(explore(makeWorld(), straight, { mode: 'exhaustive', kill }));
  });

  it('does when it could die anywhere', () => {
    const kill = { threads: [0], at: 'anywhere' } as const;
    assertFails(explore(makeWorld(), straight, { mode: 'exhaustive', kill }));
  });

  it('is seen by the others, and its call never ends', () => {
    const seen = new Set<string>();
    const begin = (): Scenario => {
      const dead = new Set<number>();
      function* heir(): Program {
        if (yield* when(() => dead.has(0))) yield* call('countCalls');
      }
      return {
        threads: [times(1, 'publish', 3n), heir()],
        died: (thread) => dead.add(thread),
        check: ({ history, killed }) => {
          const open = history.filter(({ end }) => end === Number.POSITIVE_INFINITY).length;
          assert.equal(history.length, killed === undefined ? 1 : 2);
          seen.add(`${killed} ${open}`);
        },
      };
    };
    const kill = { threads: [0], at: 'anywhere' } as const;
    assertClean(explore(makeWorld(), begin, { mode: 'exhaustive', kill }));
    assert.deepEqual([...seen].sort(), ['0 1', 'undefined 0']);
  });
});

describe('replay', () => {
  it('gives the same end every time, in a new world too', () => {
    let numbers = '';
    const begin = (): Scenario => ({
      threads: [times(2, 'racyIncrement'), times(2, 'casIncrement')],
      check: ({ world, history }) => {
        const count = world.view.getUint32(COUNTER, true);
        numbers = history.map(({ start, end, result }) => `${start}-${end}:${result}`).join(' ');
        assert.equal(count, 4);
      },
    });
    const failure = assertFails(explore(makeWorld(), begin, { mode: 'random', seed: 2, schedules: 500 }));
    const first = numbers;
    for (let round = 0; round < 3; round++) {
      numbers = '';
      const again = assertFails(replay(makeWorld(), begin, failure.decisions));
      assert.equal(numbers, first);
      assert.equal(again.message, failure.message);
      assert.equal(again.decisions, failure.decisions);
      assert.deepEqual(again.trace, failure.trace);
    }
  });

  it('knows every shared word before it calls a schedule a failure', () => {
    const check = ({ history }: Outcome): void =>
      assert.fail(history.map(({ start, end }) => `${start}-${end}`).join(' '));
    const begin = (): Scenario => ({ threads: [times(2, 'publish', 5n), times(2, 'readBlindly')], check });
    assertFails(explore(makeWorld(), begin, { mode: 'random', seed: 1, schedules: 1 }));
  });

  it('refuses decisions that do not fit', () => {
    const begin = (): Scenario => ({ threads: [times(1, 'trap'), times(1, 'trap')] });
    assert.throws(() => replay(makeWorld(), begin, '9000>1'), /not all decisions fit/);
    assert.throws(() => replay(makeWorld(), begin, '4-1'), SyntaxError);
  });

  it('gives the same report for the same seed', () => {
    const begin = (): Scenario => ({
      threads: [times(3, 'racyIncrement'), times(3, 'casIncrement')],
      check: counterIs(6),
    });
    const options = { mode: 'random', seed: 42, schedules: 500 } as const;
    assert.deepEqual(explore(makeWorld(), begin, options), explore(makeWorld(), begin, options));
  });
});

describe('the world', () => {
  it('brings memory and globals back for every schedule', () => {
    function* program(): Step<void> {
      assert.equal(yield* call('countCalls'), 1);
      yield* call('racyIncrement');
    }
    const begin = ({ view }: World): Scenario => {
      assert.equal(view.getUint32(COUNTER, true), 100);
      return { threads: [program(), program()] };
    };
    const prepare = ({ view }: World): void => view.setUint32(COUNTER, 100, true);
    const world = new World({ module, pages: 2, threads: 2, prepare });
    assertClean(explore(world, begin, { mode: 'exhaustive' }));
  });

  it('answers queries as the engine does', () => {
    const world = makeWorld();
    assert.equal(world.call('casIncrement'), 0);
    assert.equal(world.query('readValidated'), world.call('readValidated'));
    assert.throws(() => world.query('nothing'), /no such function/);
  });

  it('notices memory that JavaScript wrote without saying so', () => {
    function* program(world: World): Program {
      world.bytes[SCRATCH] = 1;
      yield* call('racyIncrement');
    }
    const begin = (world: World): Scenario => ({ threads: [program(world), program(world)] });
    assert.throws(() => explore(makeWorld(), begin, { mode: 'exhaustive' }), /needs touch/);
  });

  it('reports traps and accesses outside the memory', () => {
    for (const name of ['trap', 'reachOutside']) {
      const begin = (): Scenario => ({ threads: [times(1, name), times(1, 'racyIncrement')] });
      assert.equal(assertFails(explore(makeWorld(), begin, { mode: 'exhaustive' })).kind, 'trap');
    }
  });

  it('does not count accesses to private words', (test) => {
    const begin = (): Scenario => ({
      threads: [times(1, 'longWork', SCRATCH, 40), times(1, 'longWork', SCRATCH + 1024, 40)],
    });
    const started = performance.now();
    const report = explore(makeWorld(), begin, { mode: 'exhaustive', prune: false });
    const seconds = (performance.now() - started) / 1000;
    assertClean(report);
    assert.ok(report.choices < 40, `${report.choices} choices`);
    test.diagnostic(`${report.schedules} schedules, ${Math.round(report.schedules / seconds)} a second`);
  });
});
