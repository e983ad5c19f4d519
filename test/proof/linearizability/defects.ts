/**
 * Mistakes that are easily made in the engine, each as an edit of its sources. In force where the edited code asks
 * `isBroken()`.
 *
 * None leads to a broken list or heap: threads would then crash or hang, and nothing would be left to judge. What
 * these do is answer wrongly.
 */

/** A defect of the engine. */
export interface Defect {
  readonly name: string;
  /** The file in `engine/`. */
  readonly file: 'sections.ts' | 'operations.ts' | 'deadline.ts' | 'near.ts' | 'conditional.ts';
  /** A text that stands there once, and what stands there instead. */
  readonly edit: readonly [from: string, to: string];
  /** The names of the setups that have to find it. */
  readonly foundBy: readonly string[];
}

/** How every section begins: too late, when anything in the shard has changed since its caller looked. */
const LOCK = `  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;`;
const LOCK_OF_OVERWRITE = `  now: u64,\n): i32 {\n${LOCK}\n  const verdict = judgeForChange(`;
const LOCK_OF_REMOVE = `${LOCK}\n  if (stamp != 0 &&`;
const LOCK_OF_INSERT = `${LOCK}\n  const count = readCount();\n  if (isClosed(count)) {`;

const INSERT = 'export function insertSection(shard: Shard, word: u64, bucket: usize): i32 {';
const STORE_VERSION =
  "atomic.store<u64>(changetype<usize>(entry), mine.entryVersion, offsetof<Entry>('version'));";

const WRITE = `  let found: usize = 0;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    const entry = changetype<Entry>(at);
    if (at != 0 && time == 0 && entry.deadline != 0) return NEEDS_CLOCK;
    if (version != ANY_VERSION && !isExpected(at, version, time)) {`;

const ADD = `  const time = <u64>now;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    if (at == 0) {
      if (unchanged(lock, word)) return MISS;
      continue;
    }
    const entry = changetype<Entry>(at);
    if (entry.deadline != 0 && time == 0) return NEEDS_CLOCK;
    let result = judge(entry, time);
    if (result == OK) {
      let sum = load<f64>(valueAt(entry)) + by;`;

const END_OF_GET = `result = read(entry, info);
    if (!unchanged(lock, word)) continue;`;
const END_OF_PEEK = `result = read(entry, entry.valueInfo);
    }
    if (unchanged(lock, word)) return result;`;
const END_OF_HAS = `      if (judge(entry, time) == OK) result = OK;
    }
    if (unchanged(lock, word)) return result;`;

/** Does this instead of looking again, when the section came too late. */
function whenTooLate(section: string, instead: string): readonly [from: string, to: string] {
  return [section, section.replace('return RETRY;', `{ if (isBroken()) { ${instead} } return RETRY; }`)];
}

/** Takes what was seen without the lock for true. */
function unvalidated(text: string): readonly [from: string, to: string] {
  return [text, text.replace('unchanged(lock, word)', '(isBroken() || unchanged(lock, word))')];
}

export const DEFECTS: readonly Defect[] = [
  {
    name: 'a stale read: a near hit that does not ask for the version',
    file: 'near.ts',
    edit: ['!= <u64>version) return MISS;', '!= <u64>version && !isBroken()) return MISS;'],
    foundBy: ['small values', 'evictions'],
  },
  {
    name: 'a stale read: a write that keeps the version',
    file: 'sections.ts',
    edit: [STORE_VERSION, `if (!isBroken() || entry.version == 0) ${STORE_VERSION}`],
    foundBy: ['small values', 'large values'],
  },
  {
    name: 'a stale read: a near hit that has not heard of clear',
    file: 'near.ts',
    edit: ["('epoch')) != epoch) return", "('epoch')) != epoch && !isBroken()) return"],
    foundBy: ['clear'],
  },
  {
    name: 'a lost write: a put that comes too late, and says it is done',
    file: 'sections.ts',
    edit: whenTooLate(LOCK_OF_OVERWRITE, 'return OK;'),
    foundBy: ['small values'],
  },
  {
    name: 'a lost removal: a delete that comes too late, and says it is done',
    file: 'sections.ts',
    edit: whenTooLate(LOCK_OF_REMOVE, 'return OK;'),
    foundBy: ['small values, no near tier'],
  },
  {
    name: 'a get that skips validation',
    file: 'operations.ts',
    edit: unvalidated(END_OF_GET),
    foundBy: ['small values, no near tier'],
  },
  {
    name: 'an insert that skips validation: two entries of one key',
    file: 'sections.ts',
    edit: [INSERT, `${INSERT}\n  if (isBroken()) word = readFree(changetype<usize>(shard));`],
    foundBy: ['keys that come and go'],
  },
  {
    name: 'a wrong size: an insert that counts before it has the lock',
    file: 'sections.ts',
    edit: whenTooLate(LOCK_OF_INSERT, 'const seen = readCount(); changeCount(seen, seen + 1);'),
    foundBy: ['size'],
  },
  {
    name: 'a value that outlives its deadline',
    file: 'sections.ts',
    edit: [
      'entry.deadline <= now ? EXPIRED : OK;',
      'entry.deadline + (isBroken() ? 2000 : 0) <= now ? EXPIRED : OK;',
    ],
    foundBy: ['values that expire'],
  },
  {
    name: 'a lost update: a condition that is not asked again when the section came too late',
    file: 'operations.ts',
    edit: [
      WRITE,
      WRITE.replace('while (true) {', 'let tries = 0;\n  while (true) {\n    tries++;').replace(
        '!isExpected(',
        '!(isBroken() && tries > 1) && !isExpected(',
      ),
    ],
    foundBy: ['reads and writes in one step'],
  },
  {
    name: 'a condition that is met by another version',
    file: 'operations.ts',
    edit: ['isThere && entry.version == version', 'isThere && (isBroken() || entry.version == version)'],
    foundBy: ['reads and writes in one step'],
  },
  {
    name: 'a lost count: an addition to what was seen too early',
    file: 'conditional.ts',
    edit: [
      ADD,
      ADD.replace('while (true) {', 'let early: f64 = NaN;\n  while (true) {').replace(
        '+ by;',
        '+ by;\n      if (isBroken() && !isNaN<f64>(early)) sum = early;\n      early = sum;',
      ),
    ],
    foundBy: ['counts'],
  },
  {
    name: 'a value that two threads take',
    file: 'conditional.ts',
    edit: [
      'if (isThere ? entry.version != expected',
      'if (isThere ? entry.version != expected && !isBroken()',
    ],
    foundBy: ['reads and writes in one step'],
  },
  {
    name: 'a miss that skips validation',
    file: 'operations.ts',
    edit: unvalidated('if (unchanged(lock, word)) return miss();'),
    foundBy: ['long keys that stay'],
  },
  {
    name: 'a peek that skips validation',
    file: 'operations.ts',
    edit: unvalidated(END_OF_PEEK),
    foundBy: ['small values'],
  },
  {
    name: 'a has that skips validation',
    file: 'deadline.ts',
    edit: unvalidated(END_OF_HAS),
    foundBy: ['long keys that stay'],
  },
];
