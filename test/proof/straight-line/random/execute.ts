/**
 * Runs a function that the checker has judged, and sees for itself which rules it breaks.
 *
 * Every access that matters is replaced by a call of the host, which decides by chance what memory holds: whether a
 * lock can be taken is then a throw of dice, and whether one is held is known.
 */
import binaryen from 'binaryen';
import type { Rule } from '../step.js';
import type { Random } from './program.js';

/** Reads after which memory holds only zeros, so that loops end. */
const READS = 6;

/** Turns of loops, all together, after which a run is given up. */
const TURNS = 60;

class Broken extends Error {
  readonly rule: Rule;

  constructor(rule: Rule) {
    super(rule);
    this.rule = rule;
  }
}

class Endless extends Error {}

const HOST = `
  (import "host" "take" (func $take (param i32 i64 i64) (result i64)))
  (import "host" "give" (func $give (param i32 i64)))
  (import "host" "word" (func $word (param i32) (result i64)))
  (import "host" "read" (func $read (param i32) (result i32)))
  (import "host" "turn" (func $turn))
  (import "env"`;

/** The same code, with calls in the place of accesses and at the head of each loop. */
function instrumented(bytes: Uint8Array): WebAssembly.Module {
  const judged = binaryen.readBinary(bytes);
  const text = judged
    .emitText()
    .replaceAll('i64.atomic.rmw.cmpxchg offset=64', 'call $take')
    .replaceAll('i64.atomic.store offset=64', 'call $give')
    .replaceAll('i64.atomic.load offset=64', 'call $word')
    .replaceAll('i32.load', 'call $read')
    .replaceAll(/\(loop( \$[^\s()]+)?( \(result \w+\))?/g, '$& (call $turn)')
    .replace('(import "env"', HOST);
  judged.dispose();
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const result = new WebAssembly.Module(Uint8Array.from(module.emitBinary()));
  module.dispose();
  return result;
}

/**
 * Runs the function `run` of a module.
 *
 * @param bytes the module, as made from `randomProgram`
 * @param random decides what memory holds
 * @param runs how often
 * @returns the rules that were broken, each as the first of its run
 */
export function execute(bytes: Uint8Array, random: Random, runs: number): Set<Rule> {
  let [held, reads, turns] = [false, 0, 0];
  const host = {
    take(_: number, expected: bigint): bigint {
      if (held) throw new Broken('second lock');
      const found = BigInt(random(3));
      held = found === expected;
      return found;
    },
    give(): void {
      if (!held) throw new Broken('release without lock');
      held = false;
    },
    word: (): bigint => BigInt(random(3)),
    read: (): number => (reads++ < READS ? random(3) : 0),
    turn(): void {
      if (held) throw new Broken('loop under lock');
      if (turns++ > TURNS) throw new Endless();
    },
  };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
  const { run } = new WebAssembly.Instance(instrumented(bytes), { env: { memory }, host }).exports;
  if (typeof run !== 'function') throw new Error('Cannot execute: there is no function run');
  const broken = new Set<Rule>();
  for (let number = 0; number < runs; number++) {
    [held, reads, turns] = [false, 0, 0];
    try {
      run(1024, BigInt(random(3)), random(4));
      if (held) broken.add('end of function under lock');
    } catch (error) {
      if (error instanceof Broken) broken.add(error.rule);
      else if (!(error instanceof Endless)) throw error;
    }
  }
  return broken;
}
