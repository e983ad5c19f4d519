/**
 * A deterministic explorer of thread schedules for a compiled WebAssembly module over one shared memory.
 *
 *     const world = new World({
 *       module: instrument(wasm), pages: 32, threads: 2,
 *       prepare: (world) => { world.call('initialize', 32); world.callAs(0, 'attach'); world.callAs(1, 'attach'); },
 *     });
 *     function* reader(world: World): Program {
 *       world.write(scratch, key);                    // private memory: not a step
 *       const found = yield* call('get', key.length);  // the other thread may run at every shared word in here
 *       assert.ok(found === MISS || found === 7);
 *     }
 *     const begin = (world: World): Scenario => ({     // called for each schedule
 *       threads: [reader(world), writer(world)],
 *       check: ({ world, history, killed }) => assert.equal(world.query('verify'), 0),
 *     });
 *     assertClean(explore(world, begin, { mode: 'exhaustive', preemptions: 2 }));
 *     assertClean(explore(world, begin, { mode: 'random', seed: 1, schedules: 10_000 }), 'sampled');
 *     explore(world, begin, { mode: 'exhaustive', kill: { threads: [0], at: 'interrupts' } });
 *     replay(world, begin, '41>1 57>0 63!0');          // what a failure says, step by step
 *
 * What it does not show: anything but sequentially consistent interleavings (fences do nothing, every access up to
 * 16 bytes is one step), more preemptions than the bound, the passage of time (a wait with a limit ends when a word
 * that the thread has just read is changed, or when nobody else can run), a thread that dies while it is stopped
 * (it dies where it runs), and growth of the memory.
 */
export type { ExhaustiveOptions, RandomOptions, Report } from './explore.js';
export { assertClean, assertFails, describeFailure, explore, replay } from './explore.js';
export type { Instrumented } from './instrument.js';
export { instrument } from './instrument.js';
export type { CallRecord, Failure, FailureKind, KillOptions, Limits, Outcome, Scenario } from './outcome.js';
export type { Program, Step, WasmValue } from './program.js';
export { access, call, callLong, readBytes, when, writeBytes } from './program.js';
export type { Imports, WorldOptions } from './world.js';
export { World } from './world.js';
