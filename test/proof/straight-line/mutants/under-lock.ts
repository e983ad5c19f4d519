/**
 * What must not happen between the taking of a lock and the giving back.
 */
import { GIVE, instructions, mutant, type Sample, TAKE } from './sample.js';

const HERE = '/* under the lock */';

/** The section of the samples in WebAssembly text, with something inside. */
function section(name: string, inside: string, ...broken: Sample['broken']): Sample {
  const taken = `(if (i64.eq ${TAKE} (local.get $word)) (then ${inside} ${GIVE}))`;
  return instructions(name, `${taken} (i32.const 0)`, ...broken);
}

/** Mutants whose section is not a straight line. */
export const UNDER_LOCK: readonly Sample[] = [
  mutant(
    'a loop',
    HERE,
    'for (let i = 0; i < value; i++) store<i32>(record + i * 4, i, 12);',
    'loop under lock',
  ),
  mutant(
    'a back-edge: the lock is still held when the search starts again',
    'log(value);',
    'if (load<i32>(record) == key) { if (tryLock(lock, word)) { while (load<i32>(record) == key) {} } }',
    'loop under lock',
  ),
  mutant('a call of the host', HERE, 'log(value);', 'call under lock'),
  mutant('a call of itself', HERE, 'put(record, key, value);', 'call under lock'),
  mutant('an indirect call', HERE, 'call_indirect<void>(value, record);', 'call under lock'),
  mutant('a wait', HERE, 'atomic.wait<i32>(record, 0, 1000);', 'wait under lock'),
  mutant('a notify', HERE, 'atomic.notify(record, 1);', 'wait under lock'),
  mutant('memory.grow', HERE, 'memory.grow(1);', 'memory.grow under lock'),
  mutant('unreachable', HERE, 'if (value == 7) unreachable();', 'trap under lock'),
  mutant(
    'a division by a number that may be 0',
    HERE,
    'store<i32>(record, 100 / value, 12);',
    'trap under lock',
  ),
  mutant(
    'a remainder by a number that may be 0',
    HERE,
    'store<i32>(record, 100 % value, 12);',
    'trap under lock',
  ),
  mutant(
    'a division by a number that is 0 on one path',
    HERE,
    'store<i32>(record, key / (value > 3 ? 0 : 2), 12);',
    'trap under lock',
  ),
  section(
    'a signed division by -1, which may overflow',
    '(drop (i32.div_s (local.get $n) (i32.const -1)))',
    'trap under lock',
  ),
  section(
    'a conversion that traps',
    '(drop (i32.trunc_f64_s (f64.load (local.get $lock))))',
    'trap under lock',
  ),
  section('a table access', '(drop (table.get (local.get $n)))', 'unsupported instruction'),
  section(
    'a loop that is entered but never repeated',
    '(loop $once (i32.store (local.get $n) (i32.const 1)))',
    'loop under lock',
  ),
  section(
    'a tail call',
    `(if (local.get $n) (then (return_call $section (local.get $lock) (local.get $word) (local.get $n))))`,
    'call under lock',
    'end of function under lock',
  ),
  section('an exception', '(if (local.get $n) (then (throw_ref (ref.null exn))))', 'unsupported instruction'),
];
