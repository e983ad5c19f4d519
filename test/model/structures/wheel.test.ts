/**
 * The timing wheel by itself against a plain Map of deadlines: nothing is due early, nothing is lost, and the work follows
 * the number of entries that expire. The steps between two looks at the wheel are those of engine/clean.ts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Random, seeded } from '../../support/random.js';
import { blankMemory, Doors } from '../../support/structures.js';

/** Times are µs. */
const TICK = 1024;
const YEAR = 31_557_600 * 1e6;
const LEVELS = 7;
const SLOTS = 64;
const SHARD = 4096;
const ENTRIES = 65_536;
const CAPACITY = 500;
const OPERATIONS = 15_000;
const PERIOD = 50;

const open = await Doors.opener();

class Wheel {
  now: number;
  /** Deadlines by the address of the entry. */
  readonly deadlines = new Map<number, number>();
  readonly #doors = open(blankMemory(2));
  readonly #free = Array.from({ length: CAPACITY }, (_, index) => ENTRIES + index * 64);
  readonly #moves = new Map<number, number>();

  constructor(now: number) {
    this.now = now;
    this.#tick = Math.floor(now / TICK);
  }

  get isFull(): boolean {
    return this.#free.length === 0;
  }

  put(deadline: number): number {
    const entry = this.#free.pop();
    assert.ok(entry !== undefined);
    this.#doors.setU64(entry + this.#doors.at.entryDeadline, BigInt(deadline));
    this.#doors.call.wheelLink(SHARD, entry);
    this.deadlines.set(entry, deadline);
    this.#moves.set(entry, 0);
    return entry;
  }

  remove(entry: number): void {
    this.#doors.call.wheelUnlink(SHARD, entry);
    this.deadlines.delete(entry);
    this.#free.push(entry);
    // an entry that is in no bucket: nothing happens
    this.#doors.call.wheelUnlink(SHARD, entry);
  }

  /** Lets time pass, and does what is due; the deadlines that were met. */
  pass(micros: number): number[] {
    this.now += micros;
    const nowTick = Math.floor(this.now / TICK);
    const met: number[] = [];
    const most = 3 * this.deadlines.size + 3 + this.#movesLeft();
    for (let steps = 0; ; steps++) {
      assert.ok(steps <= most, `${steps} steps for ${this.deadlines.size} entries`);
      const head = this.#doors.call.wheelDue(SHARD, BigInt(nowTick)) >>> 0;
      if (head === 0) {
        const next = Number(this.#doors.call.wheelNextTick(SHARD, BigInt(nowTick)));
        if (next <= this.#tick) break;
        assert.ok(next <= nowTick, 'it went ahead of time');
        this.#tick = next;
        continue;
      }
      const entry = this.#doors.u32(head);
      const deadline = this.deadlines.get(entry);
      assert.ok(deadline !== undefined, 'a bucket that is empty, or not a bucket');
      if (deadline <= this.now) {
        met.push(deadline);
        this.remove(entry);
      } else {
        this.#move(entry);
      }
    }
    const missed = [...this.deadlines.values()].filter((deadline) => deadline < nowTick * TICK);
    assert.deepEqual(missed, [], `due at ${this.now}, and still there`);
    return met;
  }

  /** Every entry stands in the bucket its deadline gives, and every bucket's bit says whether there is one. */
  verify(): void {
    const found = new Set<number>();
    const { shardHeads, shardWheelMap, entryWheelNext, entryWheelPrev } = this.#doors.at;
    for (let level = 0; level < LEVELS; level++) {
      const map = this.#doors.u64(SHARD + shardWheelMap + level * 8);
      for (let slot = 0; slot < SLOTS; slot++) {
        let before = SHARD + shardHeads + (level * SLOTS + slot) * 4;
        assert.equal((map >> BigInt(slot)) & 1n, this.#doors.u32(before) === 0 ? 0n : 1n, 'bit and bucket');
        for (let entry = this.#doors.u32(before); entry !== 0; entry = this.#doors.u32(before)) {
          assert.ok(!found.has(entry), `${entry} is linked twice`);
          found.add(entry);
          assert.equal(this.#doors.u32(entry + entryWheelPrev), before);
          this.#verifyPlace(this.deadlines.get(entry) ?? Number.NaN, level, slot);
          before = entry + entryWheelNext;
        }
      }
    }
    assert.equal(found.size, this.deadlines.size, 'an entry is in no bucket');
  }

  /** The level is the highest group of six bits in which the ticks differ; unless the bucket was entered just now. */
  #verifyPlace(deadline: number, level: number, slot: number): void {
    const now = BigInt(this.#tick);
    const due = BigInt(Math.max(Math.floor(deadline / TICK), this.#tick));
    let highest = 0;
    for (let each = 0; each < LEVELS; each++) {
      const shift = BigInt(each * 6);
      if (((due ^ now) >> shift) & 63n) highest = each;
    }
    const place = (tick: bigint, at: number) => Number((tick >> BigInt(at * 6)) & 63n);
    const isEntered = level > highest && slot === place(now, level);
    assert.ok(isEntered || level === highest, `${due} stands at level ${level} at ${now}`);
    if (!isEntered) assert.equal(slot, place(due, level));
  }

  #move(entry: number): void {
    const moves = (this.#moves.get(entry) ?? 0) + 1;
    assert.ok(moves < LEVELS, `an entry was moved ${moves} times`);
    this.#moves.set(entry, moves);
    this.#doors.call.wheelUnlink(SHARD, entry);
    this.#doors.call.wheelLink(SHARD, entry);
  }

  #movesLeft(): number {
    let sum = 0;
    for (const entry of this.deadlines.keys()) sum += 2 * (LEVELS - (this.#moves.get(entry) ?? 0));
    return sum;
  }

  get #tick(): number {
    return Number(this.#doors.u64(SHARD + this.#doors.at.shardWheelTick));
  }

  set #tick(tick: number) {
    this.#doors.setU64(SHARD + this.#doors.at.shardWheelTick, BigInt(tick));
  }
}

/** At random, at every scale; one out of so many goes before its time. */
function churn(longest: number, step: number): (random: Random) => void {
  return (random) => {
    const wheel = new Wheel(random.spread(1, 10 * YEAR));
    let met = 0;
    for (let count = 0; count < OPERATIONS; count++) {
      const choice = random.below(10);
      if (choice < 5 && !wheel.isFull) wheel.put(wheel.now + random.spread(1, longest));
      else if (choice < 6 && wheel.deadlines.size > 0) {
        const entries = [...wheel.deadlines.keys()];
        wheel.remove(entries[random.below(entries.length)] ?? 0);
      } else met += wheel.pass(random.spread(1, step)).length;
      if (count % PERIOD === 0) wheel.verify();
      // the process lives for some decades at most
      if (wheel.now > 40 * YEAR) break;
    }
    wheel.verify();
    assert.ok(met > 20, `${met} met their deadline`);
    wheel.pass(100 * YEAR);
    assert.equal(wheel.deadlines.size, 0);
  };
}

describe('nothing is due early, nothing is lost', () => {
  for (const [longest, step, name] of [
    [TICK * 4, 300, 'a few ticks'],
    [TICK * 70, TICK * 3, 'a turn of the first level'],
    [TICK * 5000, TICK * 80, 'the second level'],
    [TICK * 64 ** 3, TICK * 64 ** 2, 'the third level'],
    [YEAR, YEAR / 300, 'a year'],
    [100 * YEAR, YEAR, 'a hundred years'],
  ] as const) {
    it(name, seeded(churn(longest, step)));
  }

  it('whatever is done in whatever order', () => {
    const time = fc.oneof(
      fc.nat(3 * TICK),
      fc.integer({ min: 0, max: 41 }).chain((bits) =>
        // where a level begins, and a little to either side
        fc.integer({ min: -2, max: 2 }).map((more) => Math.max(0, (2 ** bits + more) * TICK + more)),
      ),
    );
    const step = fc.oneof(
      fc.record({ put: time }),
      fc.record({ pass: time }),
      fc.record({ remove: fc.nat(100) }),
    );
    const start = fc.integer({ min: 1, max: 2 ** 49 });
    fc.assert(
      fc.property(start, fc.array(step, { size: '+1', maxLength: 80 }), (now, done) => {
        const wheel = new Wheel(now);
        for (const each of done) {
          if ('put' in each) wheel.put(wheel.now + Math.min(each.put, 100 * YEAR));
          else if ('pass' in each)
            wheel.pass(wheel.now < 20 * YEAR ? Math.min(each.pass, 10 * YEAR) : each.pass % TICK);
          else {
            const entry = [...wheel.deadlines.keys()][each.remove % Math.max(1, wheel.deadlines.size)];
            if (entry !== undefined) wheel.remove(entry);
          }
          wheel.verify();
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('one entry', () => {
  for (const [ttl, name] of [
    [1, '1 µs'],
    [TICK - 1, 'nearly a tick'],
    [TICK, 'a tick'],
    [64 * TICK, 'a turn of the first level'],
    [1e6, 'a second'],
    [3600e6, 'an hour'],
    [YEAR, 'a year'],
    [100 * YEAR, 'a hundred years'],
  ] as const) {
    it(
      `of ${name} goes in the tick after its deadline at the latest, and is there in the one before`,
      seeded((random) => {
        for (let count = 0; count < 200; count++) {
          const wheel = new Wheel(random.between(1, TICK * SLOTS ** 2));
          const deadline = wheel.now + ttl;
          wheel.put(deadline);
          assert.deepEqual(wheel.pass(random.chance(0.5) ? ttl - 1 : random.below(ttl)), []);
          assert.deepEqual(wheel.pass(deadline - 1 - wheel.now), []);
          wheel.verify();
          assert.deepEqual(wheel.pass(1 + TICK), [deadline]);
          wheel.verify();
        }
      }),
    );
  }

  it('with a deadline that is over already goes as soon as the tick is over', () => {
    const wheel = new Wheel(1_000_000);
    wheel.put(1);
    wheel.put(999_999);
    wheel.verify();
    assert.deepEqual(wheel.pass(TICK).sort(), [1, 999_999]);
  });

  it('on its way down from the last level is moved no more than six times', () => {
    const wheel = new Wheel(1);
    // its tick differs from the first in every group of bits
    const tick =
      Array.from({ length: LEVELS }).reduce<number>((sum) => sum * SLOTS + 33, 0) - 32 * SLOTS ** 6;
    wheel.put(tick * TICK);
    let passed = 0;
    for (let level = LEVELS - 1; level >= 0; level--) {
      const before = Math.floor(tick / SLOTS ** level) * SLOTS ** level;
      passed += wheel.pass(before * TICK - wheel.now).length;
      wheel.verify();
    }
    passed += wheel.pass(TICK).length;
    assert.equal(passed, 1);
  });
});

it('a thousand rounds with nothing due cost nothing', () => {
  const wheel = new Wheel(1);
  for (let count = 0; count < CAPACITY; count++) wheel.put(50 * YEAR + count);
  for (let count = 0; count < 1000; count++) assert.deepEqual(wheel.pass(YEAR / 100), []);
  wheel.verify();
});
