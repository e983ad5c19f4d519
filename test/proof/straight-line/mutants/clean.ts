/**
 * Sections that keep the rules, in the shapes that compilers give them.
 */
import { branches, CLEAN_PUT, GIVE, instructions, mutant, type Sample, TAKE } from './sample.js';

const HERE = '/* under the lock */';
const EQUAL = `(i64.eq ${TAKE} (local.get $word))`;
const DIFFERENT = `(i64.ne ${TAKE} (local.get $word))`;

/** An operation whose outcome is a status: taken apart, inlined, and tried again until it is final. */
const WITH_STATUS = `
  export const LOCK_OFFSET: usize = 64;

  @inline function attempt(lock: usize, key: i32): i32 {
    const word = atomic.load<u64>(lock, LOCK_OFFSET);
    if (word & 1023) return 2;
    let record = load<u32>(lock);
    while (record != 0 && load<i32>(record) != key) record = load<u32>(record, 4);
    if (atomic.cmpxchg<u64>(lock, word, word | 5, LOCK_OFFSET) != word) return 1;
    let status = 0;
    if (record == 0) {
      if (load<u32>(lock, 8) == 0) {
        atomic.store<u64>(lock, word, LOCK_OFFSET);
        return 3;
      }
      record = load<u32>(lock, 8);
      store<u32>(lock, load<u32>(record, 4), 8);
      status = 4;
    } else if (load<i32>(record, 12) < 0) {
      status = 5;
    }
    if (status != 5) store<u32>(record, key);
    if (status == 4) memory.fill(record + 16, 0, 48);
    else memory.copy(record + 16, lock + 128, load<u32>(lock, 12));
    atomic.store<u64>(lock, word + 1024, LOCK_OFFSET);
    return status;
  }

  export function operation(lock: usize, key: i32): i32 {
    let status = 0;
    do {
      status = attempt(lock, key);
      if (status == 2) atomic.wait<i32>(lock, 0, 1000);
    } while (status == 1 || status == 2);
    return status;
  }
`;

/** Two locks, one after the other, the second only if the first was had; a division that cannot trap. */
const TWO_SECTIONS = `
  export const LOCK_OFFSET: usize = 64;

  export function move(from: usize, to: usize, owner: u64): i32 {
    let word = atomic.load<u64>(from, LOCK_OFFSET);
    let taken: u32 = 0;
    if (atomic.cmpxchg<u64>(from, word, word | owner, LOCK_OFFSET) == word) {
      taken = load<u32>(from, 4) / 3 + load<u32>(from, 8) % 16;
      store<u32>(from, 0, 4);
      atomic.store<u64>(from, word + 1024, LOCK_OFFSET);
    }
    if (taken == 0) return 0;
    for (;;) {
      word = atomic.load<u64>(to, LOCK_OFFSET);
      if (atomic.cmpxchg<u64>(to, word, word | owner, LOCK_OFFSET) == word) {
        store<u32>(to, taken, 4);
        atomic.store<u64>(to, word + 1024, LOCK_OFFSET);
        break;
      }
    }
    return 1;
  }
`;

/** Samples that must pass. */
export const CLEAN: readonly Sample[] = [
  { name: 'a put', language: 'AssemblyScript', source: CLEAN_PUT, broken: [] },
  { name: 'a status, tried again', language: 'AssemblyScript', source: WITH_STATUS, broken: [] },
  { name: 'two sections', language: 'AssemblyScript', source: TWO_SECTIONS, broken: [] },
  mutant(
    'nested branches',
    HERE,
    'if (key > 3) { if (value > 3) store<i32>(record, 1, 12); else store<i32>(record, 2, 12); }',
  ),
  mutant(
    'early releases',
    HERE,
    `
    if (value == 1) { release(lock, word); return 3; }
    if (value == 2) { store<i32>(record, 1, 12); release(lock, word); return 4; }`,
  ),
  mutant('a call after the release', '/* after the release */', 'log(value);'),
  mutant(
    'a loop under the lock in a function for the time after a dead owner',
    '/* more functions */',
    `
    export function rebuildShard(lock: usize, dead: u64): void {
      if (atomic.cmpxchg<u64>(lock, dead, 5, LOCK_OFFSET) != dead) return;
      for (let i = 0; i < 100; i++) store<i32>(lock, 0, 128);
      release(lock, 0);
    }`,
  ),
  instructions('ne and br_if', `(block $no (br_if $no ${DIFFERENT}) ${GIVE}) (i32.const 0)`),
  instructions('eq and eqz', `(if (i32.eqz ${EQUAL}) (then (return (i32.const 1)))) ${GIVE} (i32.const 0)`),
  instructions('twice eqz', `(if (i32.eqz (i32.eqz ${EQUAL})) (then ${GIVE})) (i32.const 0)`),
  instructions(
    'the result in a local, the word teed',
    `(local.set $found (i64.atomic.rmw.cmpxchg offset=64
       (local.get $lock) (local.tee $word (i64.atomic.load offset=64 (local.get $lock))) (i64.const 5)))
     (if (i64.eq (local.get $word) (local.get $found)) (then ${GIVE}))
     (i32.const 0)`,
  ),
  instructions(
    'an outcome in a local, used twice',
    `(local.set $ok ${EQUAL})
     (if (local.get $ok) (then (i32.store (local.get $n) (i32.const 1))))
     (if (local.get $ok) (then ${GIVE}))
     (i32.const 0)`,
  ),
  instructions(
    'a status by select',
    `(local.set $ok (select (i32.const 7) (i32.const 9) ${EQUAL}))
     (if (i32.eq (local.get $ok) (i32.const 7)) (then ${GIVE}))
     (local.get $ok)`,
  ),
  instructions(
    'a condition joined with the outcome by and',
    `(if (i32.and ${EQUAL} (i32.const 1)) (then ${GIVE})) (i32.const 0)`,
  ),
  instructions(
    'br_table by the outcome',
    `(block $no (block $yes (br_table $no $yes ${EQUAL})) ${GIVE}) (i32.const 0)`,
  ),
  instructions(
    'br_table under the lock',
    `(if ${EQUAL} (then
       (block $end (block $two (block $one
         (br_table $one $two $end (local.get $n)))
         (i32.store (local.get $n) (i32.const 1)) ${GIVE} (return (i32.const 1)))
         (i32.store (local.get $n) (i32.const 2)))
       ${GIVE}))
     (i32.const 0)`,
  ),
  mutant('a strongly ordered read of the lock', HERE, 'atomic.add<u64>(lock + LOCK_OFFSET, 0);'),
  instructions(
    'so many branches that states have to be joined',
    `(local.set $ok ${EQUAL})
     ${branches(12)}
     (if (local.get $ok) (then ${branches(12)} ${GIVE}))
     (local.get $n)`,
  ),
  instructions(
    'a branch taken twice by the same condition',
    `(if (local.get $n) (then (br_if 0 ${DIFFERENT}) (local.set $ok (i32.const 1))))
     (if (local.get $ok) (then ${GIVE}))
     (i32.const 0)`,
  ),
  instructions(
    'the word found as the next one expected, in a loop',
    `(loop $again
       (local.set $found ${TAKE})
       (if (i64.ne (local.get $found) (local.get $word))
         (then (local.set $word (local.get $found)) (br $again))))
     ${GIVE}
     (i32.const 0)`,
  ),
  instructions(
    'expecting the number 0',
    `(if (i64.eqz (i64.atomic.rmw.cmpxchg offset=64
     (local.get $lock) (i64.const 0) (i64.const 5))) (then ${GIVE})) (i32.const 0)`,
  ),
];
