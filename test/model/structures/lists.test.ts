/** Records, LRU list and hash chains of a shard, by themselves, against arrays. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seeded } from '../../support/random.js';
import { blankMemory, Doors } from '../../support/structures.js';

const SHARD = 4096;
const BUCKETS = 2 ** 15;
const RECORDS = 65_536;
const BUCKET_COUNT = 4;
const OPERATIONS = 30_000;
const PERIOD = 20;

const open = await Doors.opener();

class Lists {
  /** From the newest to the oldest. */
  readonly order: number[] = [];
  /** The one linked last comes first. */
  readonly chains: number[][] = Array.from({ length: BUCKET_COUNT }, () => []);
  readonly capacity: number;
  readonly #doors = open(blankMemory(2));
  readonly #bucketOf = new Map<number, number>();
  readonly #given = new Set<number>();

  constructor(capacity: number) {
    this.capacity = capacity;
    const { entryLruNext, entryLruPrev, shardFresh, shardRecordsEnd, entryBytes } = this.#doors.at;
    this.#doors.setU32(SHARD + entryLruNext, SHARD);
    this.#doors.setU32(SHARD + entryLruPrev, SHARD);
    this.#doors.setU32(SHARD + shardFresh, RECORDS);
    this.#doors.setU32(SHARD + shardRecordsEnd, RECORDS + capacity * entryBytes);
  }

  /** Takes a record and links it; 0 when there is none, which must be when all are taken. */
  insert(bucket: number): number {
    const { call } = this.#doors;
    const record = call.recordPeek(SHARD);
    assert.equal(record, call.recordPeek(SHARD), 'looking takes nothing');
    assert.equal(record !== 0, this.order.length < this.capacity);
    if (record === 0) return 0;
    assert.equal((record - RECORDS) % this.#doors.at.entryBytes, 0);
    assert.ok(!this.order.includes(record), `${record} is in use`);
    // one that was given back before one that was never used
    assert.equal(this.#given.size > 0, this.#given.delete(record));
    call.recordTake(SHARD, record);
    call.chainLink(BUCKETS + bucket * 4, record);
    call.lruLinkFirst(SHARD, record);
    this.#bucketOf.set(record, bucket);
    this.chains[bucket]?.unshift(record);
    this.order.unshift(record);
    return record;
  }

  remove(record: number): void {
    const { call } = this.#doors;
    call.chainUnlink(record);
    call.lruUnlink(record);
    call.recordGiveBack(SHARD, record);
    this.#given.add(record);
    this.order.splice(this.order.indexOf(record), 1);
    const chain = this.chains[this.#bucketOf.get(record) ?? 0] ?? [];
    chain.splice(chain.indexOf(record), 1);
  }

  refresh(record: number): void {
    this.#doors.call.lruUnlink(record);
    this.#doors.call.lruLinkFirst(SHARD, record);
    this.order.splice(this.order.indexOf(record), 1);
    this.order.unshift(record);
  }

  verify(): void {
    const { at } = this.#doors;
    const newestFirst = this.#follow(SHARD, at.entryLruNext, SHARD);
    assert.deepEqual(newestFirst, this.order);
    assert.deepEqual(this.#follow(SHARD, at.entryLruPrev, SHARD).reverse(), this.order);
    for (const [bucket, chain] of this.chains.entries()) {
      const head = BUCKETS + bucket * 4;
      assert.deepEqual(this.#follow(head, at.entryChainNext, 0), chain);
      for (const [index, record] of chain.entries()) {
        assert.equal(this.#doors.u32(record + at.entryChainPrev), chain[index - 1] ?? head);
      }
    }
    const free = this.#follow(SHARD + at.shardFree - at.entryLruNext, at.entryLruNext, 0);
    assert.deepEqual(new Set(free), this.#given);
    const fresh =
      (this.#doors.u32(SHARD + at.shardRecordsEnd) - this.#doors.u32(SHARD + at.shardFresh)) / at.entryBytes;
    assert.equal(this.#doors.u32(SHARD + at.shardUsed), this.order.length);
    assert.equal(free.length + fresh + this.order.length, this.capacity, 'a record is lost');
  }

  #follow(start: number, link: number, end: number): number[] {
    const found: number[] = [];
    for (let at = this.#doors.u32(start + link); at !== end; at = this.#doors.u32(at + link)) {
      found.push(at);
      assert.ok(found.length <= this.capacity, 'it goes in a circle');
    }
    return found;
  }
}

describe('records, LRU list and chains', () => {
  for (const capacity of [1, 2, 3, 40]) {
    it(
      `do what arrays do: ${capacity} records`,
      seeded((random) => {
        const lists = new Lists(capacity);
        let full = 0;
        for (let count = 0; count < OPERATIONS; count++) {
          const record = lists.order[random.below(Math.max(1, lists.order.length))];
          const choice = random.below(100);
          if (choice < 45) full += lists.insert(random.below(BUCKET_COUNT)) === 0 ? 1 : 0;
          else if (record !== undefined && choice < 60) lists.refresh(record);
          else if (record !== undefined) lists.remove(record);
          if (count % PERIOD === 0) lists.verify();
        }
        lists.verify();
        assert.ok(full > 0);
      }),
    );
  }

  it('whatever is done in whatever order', () => {
    const step = fc.oneof(
      fc.record({ insert: fc.nat(BUCKET_COUNT - 1) }),
      fc.record({ refresh: fc.nat(10) }),
      fc.record({ remove: fc.nat(10) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { size: '+1' }), (capacity, steps) => {
        const lists = new Lists(capacity);
        for (const each of steps) {
          const index = 'refresh' in each ? each.refresh : 'remove' in each ? each.remove : 0;
          const record = lists.order[index % Math.max(1, lists.order.length)];
          if ('insert' in each) lists.insert(each.insert);
          else if (record !== undefined && 'refresh' in each) lists.refresh(record);
          else if (record !== undefined) lists.remove(record);
          lists.verify();
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of an entry that was taken out of its chain, the next one can still be reached', () => {
    const doors = open(blankMemory(2));
    const [first, second, third] = [RECORDS, RECORDS + 64, RECORDS + 128] as const;
    for (const record of [third, second, first]) doors.call.chainLink(BUCKETS, record);
    doors.call.chainUnlink(second);
    assert.equal(doors.u32(second + doors.at.entryChainNext), third);
    assert.equal(doors.u32(first + doors.at.entryChainNext), third);
    assert.equal(doors.u32(third + doors.at.entryChainPrev), first);
  });
});
