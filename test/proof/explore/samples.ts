/** Small modules with known defects, and their repaired forms, to test the explorer on. */
import assert from 'node:assert/strict';
import { type Instrumented, instrument } from './instrument.js';
import type { Outcome } from './outcome.js';
import { call, type Program, type WasmValue } from './program.js';

/** What is used of the compiler. Its own declarations would bring AssemblyScript's globals along. */
interface Compiler {
  main(
    args: readonly string[],
    api: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      listFiles(): string[];
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

const COMPILER: string = 'assemblyscript/asc';

/** Where the samples keep their words. */
export const COUNTER = 1024;
export const LOCK = 1040;
export const FLAG = 1056;
export const RECORD = 2048;
export const SCRATCH = 4096;

const SOURCE = `
const COUNTER: usize = ${COUNTER};
const LOCK: usize = ${LOCK};
const FLAG: usize = ${FLAG};
const RECORD: usize = ${RECORD};

// a global per instance: lost between schedules unless it is restored
let calls: u32 = 0;
export function countCalls(): u32 { return ++calls; }

// ---- counters

export function racyIncrement(): void {
  store<u32>(COUNTER, load<u32>(COUNTER) + 1);
}

export function racyLoop(rounds: u32): void {
  for (let round: u32 = 0; round < rounds; round++) store<u32>(COUNTER, load<u32>(COUNTER) + 1);
}

export function atomicIncrement(): u32 {
  return atomic.add<u32>(COUNTER, 1);
}

export function casIncrement(): u32 {
  while (true) {
    const seen = atomic.load<u32>(COUNTER);
    if (atomic.cmpxchg<u32>(COUNTER, seen, seen + 1) == seen) return seen;
  }
}

// ---- a sequence lock over two words

export function publish(value: u64): void {
  const version = atomic.load<u64>(RECORD);
  atomic.store<u64>(RECORD, version + 1);
  store<u64>(RECORD, value, 16);
  store<u64>(RECORD, value, 24);
  atomic.store<u64>(RECORD, version + 2);
}

export function readBlindly(): bool {
  return load<u64>(RECORD, 16) == load<u64>(RECORD, 24);
}

export function readValidated(): bool {
  while (true) {
    const version = atomic.load<u64>(RECORD);
    if (version & 1) continue;
    const same = load<u64>(RECORD, 16) == load<u64>(RECORD, 24);
    if (atomic.load<u64>(RECORD) == version) return same;
  }
}

// ---- copies

export function copyOut(to: usize): void {
  memory.copy(to, RECORD, 64);
}

export function copyIn(from: usize): void {
  memory.copy(RECORD, from, 64);
}

// ---- a lock that waits

function lock(): void {
  while (atomic.cmpxchg<u32>(LOCK, 0, 1) != 0) atomic.wait<i32>(LOCK, 1, 100000);
}

function unlock(): void {
  atomic.store<u32>(LOCK, 0);
  atomic.notify(LOCK, 1);
}

/** Takes and gives back the lock around a loop. */
export function loopLocked(rounds: u32): void {
  lock();
  for (let round: u32 = 0; round < rounds; round++) store<u32>(COUNTER, load<u32>(COUNTER) + 1);
  unlock();
}

/** The same without a loop, call or return in between. */
export function straightLocked(): void {
  while (atomic.cmpxchg<u32>(LOCK, 0, 1) != 0) atomic.wait<i32>(LOCK, 1, 100000);
  store<u32>(COUNTER, load<u32>(COUNTER) + 1);
  atomic.store<u32>(LOCK, 0);
}

/** Waits for the flag by looking at it again and again. */
export function spinForFlag(): u32 {
  while (atomic.load<u32>(FLAG) == 0) {}
  return load<u32>(COUNTER);
}

export function raiseFlag(): void {
  store<u32>(COUNTER, 7);
  atomic.store<u32>(FLAG, 1);
}

/** Looks, and then sleeps without a limit, even if the flag was raised in between. */
export function sleepForFlag(): void {
  if (atomic.load<u32>(FLAG) == 0) atomic.wait<i32>(FLAG + 4, 0, -1);
}

export function raiseAndWake(): void {
  atomic.store<u32>(FLAG, 1);
  atomic.notify(FLAG + 4, 1);
}

// ---- much work on private words, a little on shared ones

export function longWork(scratch: usize, rounds: u32): u32 {
  let sum: u32 = 0;
  for (let round: u32 = 0; round < rounds; round++) {
    store<u32>(scratch + ((round & 63) << 2), round);
    sum += load<u32>(scratch + (((round * 7) & 63) << 2));
    if ((round & 3) == 0) sum += atomic.add<u32>(COUNTER + ((round & 4) << 1), 1);
  }
  return sum;
}

export function reachOutside(): u32 {
  return load<u32>(16 << 16);
}

export function trap(): void {
  unreachable();
}
`;

/** Compiles and instruments the samples. */
export async function compileSamples(): Promise<Instrumented> {
  const asc = (await import(COMPILER)) as Compiler;
  let wasm: Uint8Array | undefined;
  const flags = '-O3 --noAssert --debug --runtime stub --enable threads --sharedMemory --importMemory';
  const { error, stderr } = await asc.main(
    [
      'samples.ts',
      '--outFile',
      'samples.wasm',
      ...flags.split(' '),
      '--initialMemory',
      '2',
      '--maximumMemory',
      '64',
    ],
    {
      readFile: (name) => (name === 'samples.ts' ? SOURCE : null),
      writeFile: (name, contents) => {
        if (name === 'samples.wasm' && typeof contents !== 'string') wasm = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || wasm === undefined)
    throw new Error(`Cannot compile the samples: ${stderr.toString()}`);
  return instrument(wasm);
}

/** A program that calls one export so many times. */
export function* times(count: number, name: string, ...args: WasmValue[]): Program {
  for (let round = 0; round < count; round++) yield* call(name, ...args);
}

/** A check of the counter's value at the end. */
export function counterIs(expected: number): (outcome: Outcome) => void {
  return ({ world }) => assert.equal(world.view.getUint32(COUNTER, true), expected);
}
