/**
 * Locks that are taken or given back on the wrong path, or in another way.
 */
import { branches, GIVE, instructions, mutant, type Sample, TAKE } from './sample.js';

const HERE = '/* under the lock */';
const TEST = 'if (!tryLock(lock, word)) return 1;';
const RELEASE = 'release(lock, word + 1024);';

/** Mutants that hand a lock over wrongly. */
export const HAND_OVER: readonly Sample[] = [
  mutant(
    'a function that returns holding the lock',
    '/* more functions */',
    'export function take(lock: usize, word: u64): bool { return tryLock(lock, word); }',
    'end of function under lock',
  ),
  mutant('a path without release', HERE, 'if (value < 0) return 3;', 'end of function under lock'),
  mutant('no release at all', RELEASE, '', 'end of function under lock'),
  mutant('a second release', '/* after the release */', 'release(lock, word);', 'release without lock'),
  mutant(
    'a release on one path too many',
    HERE,
    'if (value < 0) release(lock, word);',
    'release without lock',
  ),
  mutant(
    'a release before the lock is taken',
    'log(value);',
    'if (key == 3) release(lock, word);',
    'release without lock',
  ),
  mutant(
    'a second lock',
    HERE,
    'const other = atomic.load<u64>(record, LOCK_OFFSET); if (tryLock(record, other)) release(record, other);',
    'second lock',
  ),
  mutant('the same lock again', HERE, 'tryLock(lock, word);', 'second lock'),
  mutant('a release of another lock', RELEASE, 'release(record, word);', 'release of another lock'),
  mutant(
    'success taken for failure',
    TEST,
    'if (tryLock(lock, word)) return 1;',
    'end of function under lock',
    'release without lock',
  ),
  mutant('success not looked at', TEST, 'tryLock(lock, word);', 'release without lock'),
  mutant(
    'success judged by another value',
    TEST,
    'if (atomic.cmpxchg<u64>(lock, word, 5, LOCK_OFFSET) != word + 1) return 1;',
    'end of function under lock',
    'release without lock',
  ),
  mutant(
    'success judged by the owner alone',
    TEST,
    'if ((atomic.cmpxchg<u64>(lock, word, 5, LOCK_OFFSET) & 1023) != 0) return 1;',
    'end of function under lock',
    'release without lock',
  ),
  mutant('no lock', TEST, '', 'release without lock', 'no lock is ever taken'),
  mutant(
    'release by an exchange',
    RELEASE,
    'atomic.xchg<u64>(lock, word, LOCK_OFFSET);',
    'end of function under lock',
    'lock word touched by another instruction',
  ),
  mutant(
    'release of half the word',
    RELEASE,
    'atomic.store<u32>(lock, 0, LOCK_OFFSET); release(lock, word);',
    'lock word touched by another instruction',
  ),
  mutant(
    'a lock taken by an atomic or',
    HERE,
    'atomic.or<u64>(lock, 5, LOCK_OFFSET);',
    'lock word touched by another instruction',
  ),
  mutant(
    'a lock taken by a 32-bit cmpxchg',
    HERE,
    'atomic.cmpxchg<u32>(lock, 0, 5, LOCK_OFFSET);',
    'lock word touched by another instruction',
  ),
  mutant(
    'a lock at another offset, which the rules then do not cover',
    'word | 5, LOCK_OFFSET)',
    'word | 5, 72)',
    'release without lock',
    'no lock is ever taken',
  ),
  mutant(
    'success judged by a word that is read again',
    TEST,
    'if (atomic.cmpxchg<u64>(lock, word, 5, LOCK_OFFSET) != atomic.load<u64>(lock, LOCK_OFFSET)) return 1;',
    'end of function under lock',
    'release without lock',
  ),
  mutant(
    'a release through a computed address',
    RELEASE,
    'atomic.store<u64>(lock + LOCK_OFFSET, word); release(lock, word);',
    'lock word touched by another instruction',
  ),
  mutant(
    'half the word written by a plain store',
    HERE,
    'store<u32>(lock, 0, LOCK_OFFSET + 4);',
    'lock word touched by another instruction',
  ),
  instructions(
    'an outcome that is looked at one turn late',
    `(loop $again
       (local.set $ok (i64.eq (local.get $found) (local.get $word)))
       (local.set $found ${TAKE})
       (br_if $again (i32.eqz (local.get $ok))))
     ${GIVE}
     (i32.const 0)`,
    'loop under lock',
    'release without lock',
  ),
  instructions(
    'an end of the function behind many branches',
    `(if (i64.ne ${TAKE} (local.get $word)) (then (return (i32.const 1))))
     ${branches(12)}
     (if (i32.eq (local.get $n) (i32.const 4095)) (then (return (i32.const 2))))
     ${GIVE}
     (i32.const 0)`,
    'end of function under lock',
  ),
  instructions(
    'a flag that is set on the wrong path',
    `(if (i64.eq ${TAKE} (local.get $word)) (then (nop)) (else (local.set $ok (i32.const 1))))
     (if (local.get $ok) (then ${GIVE}))
     (i32.const 0)`,
    'end of function under lock',
    'release without lock',
  ),
  instructions(
    'a word that is compared only after it has been changed',
    `(local.set $found ${TAKE})
     (local.set $word (i64.add (local.get $word) (i64.const 1)))
     (if (i64.eq (local.get $found) (local.get $word)) (then ${GIVE}))
     (i32.const 0)`,
    'end of function under lock',
    'release without lock',
  ),
];
