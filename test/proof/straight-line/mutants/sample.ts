/**
 * What a sample for the checker is, and the clean function that most mutants are made from.
 */
import type { Violation } from '../checker.js';

/** A module and what the checker must say about it. */
export interface Sample {
  readonly name: string;
  readonly language: 'AssemblyScript' | 'WebAssembly text';
  readonly source: string;
  /** The rules it breaks, each once, sorted. */
  readonly broken: readonly Violation['rule'][];
}

/** A put: look for the record, take the lock if nothing has changed, change the record, give the lock back. */
export const CLEAN_PUT = `
  export const LOCK_OFFSET: usize = 64;

  @external('env', 'log') declare function log(value: i32): void;

  @inline function tryLock(lock: usize, word: u64): bool {
    return atomic.cmpxchg<u64>(lock, word, word | 5, LOCK_OFFSET) == word;
  }

  @inline function release(lock: usize, word: u64): void {
    atomic.store<u64>(lock, word, LOCK_OFFSET);
  }

  export function put(lock: usize, key: i32, value: i32): i32 {
    const word = atomic.load<u64>(lock, LOCK_OFFSET);
    let record = load<u32>(lock);
    while (record != 0 && load<i32>(record) != key) record = load<u32>(record, 4);
    log(value);
    if (!tryLock(lock, word)) return 1;
    if (record == 0) {
      release(lock, word);
      return 2;
    }
    store<i32>(record, value, 8);
    /* under the lock */
    release(lock, word + 1024);
    /* after the release */
    return 0;
  }
  /* more functions */
`;

/**
 * Makes a mutant of `CLEAN_PUT`.
 *
 * @param name what is wrong with it
 * @param original the text to replace; it occurs once
 * @param replacement what stands there instead
 * @param broken the rules it breaks then
 */
export function mutant(
  name: string,
  original: string,
  replacement: string,
  ...broken: Sample['broken']
): Sample {
  if (CLEAN_PUT.split(original).length !== 2)
    throw new Error(`Cannot make '${name}': '${original}' is not unique`);
  const source = CLEAN_PUT.replace(original, () => replacement);
  return { name, language: 'AssemblyScript', source, broken: [...broken].sort() };
}

/**
 * Makes a sample of the instructions of one function, `(param $lock i32) (param $word i64) (param $n i32)`.
 *
 * @param name what is special about it
 * @param body WebAssembly text; `$ok` is an i32 and `$found` an i64 local
 * @param broken the rules it breaks
 */
export function instructions(name: string, body: string, ...broken: Sample['broken']): Sample {
  const source = `(module
    (import "env" "memory" (memory 1 16 shared))
    (import "env" "log" (func $log (param i32)))
    (global $lockOffset i32 (i32.const 64))
    (export "LOCK_OFFSET" (global $lockOffset))
    (table 1 funcref)
    (func $section (export "section") (param $lock i32) (param $word i64) (param $n i32) (result i32)
      (local $ok i32) (local $found i64)
      ${body}))`;
  return { name, language: 'WebAssembly text', source, broken: [...broken].sort() };
}

/** Branches on so many bits of `$n`, each independent of the others, as WebAssembly text. */
export function branches(count: number): string {
  const branch = (_: unknown, bit: number): string =>
    `(if (i32.and (local.get $n) (i32.const ${2 ** bit})) (then (i32.store (local.get $lock) (i32.const ${bit}))))`;
  return Array.from({ length: count }, branch).join('\n');
}

/** Taking the lock, as WebAssembly text; gives the word found. */
export const TAKE = '(i64.atomic.rmw.cmpxchg offset=64 (local.get $lock) (local.get $word) (i64.const 5))';

/** Giving the lock back, as WebAssembly text. */
export const GIVE = '(i64.atomic.store offset=64 (local.get $lock) (local.get $word))';
