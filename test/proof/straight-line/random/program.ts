/**
 * Random functions that take and give back a lock, rightly and wrongly.
 *
 * A function has an unknown number `$n`, the word `$w` it expects, the word `$f` it found last, and three flags. It is
 * made of branches, blocks, loops and br_tables around assignments of flags, takings and givings back. Most shapes that
 * compilers give to the test of a cmpxchg occur, and most mistakes.
 */

/** Gives a whole number from 0 up to, not including, `limit`. */
export type Random = (limit: number) => number;

/** A seeded generator of numbers (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const TAKE = '(i64.atomic.rmw.cmpxchg offset=64 (local.get $lock) (local.get $w) (i64.const 5))';
const GIVE = '(i64.atomic.store offset=64 (local.get $lock) (local.get $w))';
const TAKEN = `(i64.eq ${TAKE} (local.get $w))`;
const MISSED = `(i64.ne ${TAKE} (local.get $w))`;
const ANYTHING = '(i32.load (local.get $lock))';

interface Label {
  readonly name: string;
  readonly isLoop: boolean;
}

class Writer {
  private readonly random: Random;
  private labels = 0;

  constructor(random: Random) {
    this.random = random;
  }

  private pick<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.random(choices.length)];
    if (choice === undefined) throw new Error('Cannot pick: there is no choice');
    return choice;
  }

  private flag(): string {
    return this.pick(['$a', '$b', '$c']);
  }

  private label(isLoop = false): Label {
    this.labels += 1;
    return { name: `$label${this.labels}`, isLoop };
  }

  private condition(depth: number): string {
    const flag = `(local.get ${this.flag()})`;
    const simple = [
      flag,
      ANYTHING,
      `(i32.eq ${flag} (i32.const ${this.random(3)}))`,
      `(i32.${this.pick(['lt_u', 'le_s', 'eq', 'ne', 'gt_u'])} ${flag} (local.get ${this.flag()}))`,
      `(i32.and (local.get $n) (i32.const ${this.pick([1, 2])}))`,
      '(i64.eq (local.get $f) (local.get $w))',
      this.random(3) ? '(i64.ne (local.get $f) (local.get $w))' : this.pick([TAKEN, MISSED]),
    ];
    if (depth === 0) return this.pick(simple);
    const operator = this.pick(['and', 'or', 'xor']);
    const inner = this.condition(depth - 1);
    return this.pick([
      ...simple,
      `(i32.eqz ${inner})`,
      `(i32.${operator} ${inner} ${this.condition(depth - 1)})`,
    ]);
  }

  private assignment(): string {
    const number = (): string => `(i32.const ${this.random(3)})`;
    return this.pick([
      `(local.set ${this.flag()} ${number()})`,
      `(local.set ${this.flag()} ${this.condition(1)})`,
      `(local.set ${this.flag()} (select ${number()} ${number()} ${this.condition(1)}))`,
      `(local.set ${this.flag()} ${this.pick([TAKEN, MISSED])})`,
      `(local.set $f ${TAKE})`,
      '(local.set $w (i64.atomic.load offset=64 (local.get $lock)))',
      '(local.set $w (local.get $f))',
      '(local.set $w (i64.add (local.get $w) (i64.const 1)))',
    ]);
  }

  /** A section that is right, but for what `inside` does. */
  private section(depth: number): string {
    const inside = this.body(depth - 1, []);
    const flag = this.flag();
    const { name } = this.label();
    return this.pick([
      `(if ${TAKEN} (then ${inside} ${GIVE}))`,
      `(block ${name} (br_if ${name} ${MISSED}) ${inside} ${GIVE})`,
      `(local.set ${flag} ${MISSED}) (if (i32.eqz (local.get ${flag})) (then ${GIVE}))`,
      `(local.set ${flag} (select (i32.const 2) (i32.const 1) ${TAKEN})) ${inside}
       (if (i32.eq (local.get ${flag}) (i32.const 2)) (then ${GIVE}))`,
    ]);
  }

  private branch(labels: readonly Label[]): string {
    const label = labels.length > 0 ? this.pick(labels) : undefined;
    if (!label) return this.random(4) ? '(nop)' : '(return (i32.const 1))';
    const condition = this.condition(1);
    // A loop ends when there is nothing more to read.
    return `(br_if ${label.name} ${label.isLoop ? `(i32.and ${ANYTHING} ${condition})` : condition})`;
  }

  private nested(depth: number, labels: readonly Label[]): string {
    const [block, outer, loop] = [this.label(), this.label(), this.label(true)];
    const body = (...more: Label[]): string => this.body(depth - 1, [...labels, ...more]);
    switch (this.random(5)) {
      case 0:
        return `(block ${block.name} ${body(block)})`;
      case 1:
        return `(loop ${loop.name} ${body(loop)})`;
      case 2:
        return `(block ${outer.name} (block ${block.name}
          (br_table ${outer.name} ${block.name} ${outer.name} (local.get ${this.flag()})))
          ${body(outer)})`;
      default:
        return `(if ${this.condition(2)} (then ${body()}) (else ${body()}))`;
    }
  }

  private statement(depth: number, labels: readonly Label[]): string {
    const kind = this.random(depth > 0 ? 20 : 10);
    if (kind < 5) return this.assignment();
    if (kind < 7) return this.branch(labels);
    if (kind < 8) return this.random(3) ? '(nop)' : `(if (local.get ${this.flag()}) (then ${GIVE}))`;
    if (kind < 10) return `(if ${TAKEN} (then ${GIVE}))`;
    return kind < 14 ? this.section(depth) : this.nested(depth, labels);
  }

  /** A few statements, nested at most so deep. */
  body(depth: number, labels: readonly Label[]): string {
    return Array.from({ length: 1 + this.random(3) }, () => this.statement(depth, labels)).join('\n');
  }
}

/** A module with one random function, as WebAssembly text. */
export function randomProgram(random: Random): string {
  return `(module
    (import "env" "memory" (memory 1 16 shared))
    (global $lockOffset i32 (i32.const 64))
    (export "LOCK_OFFSET" (global $lockOffset))
    (func (export "run") (param $lock i32) (param $w i64) (param $n i32) (result i32)
      (local $a i32) (local $b i32) (local $c i32) (local $f i64)
      ${new Writer(random).body(3, [])}
      (local.get $a)))`;
}
