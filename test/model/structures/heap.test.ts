/**
 * The heap by itself against what TLSF promises: blocks do not overlap and keep what is written into them, a block is found
 * exactly when some free one is large enough for the rounded size, or the newest of its own class is for the size itself;
 * neighbours are merged. Every few steps the whole arena is read, by the picture in engine/heap.ts and not by its code.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Random, seeded } from '../../support/random.js';
import { blankMemory, Doors } from '../../support/structures.js';
import { COLUMNS, classFor, classOf, numberOf } from './heap-classes.js';

const ARENA = 1024;
const BLOCK_HEADER = 8;
const MIN_BLOCK = 24;
const FREE = 1;
const PREV_FREE = 2;
const ROWS = 25;
const OPERATIONS = 20_000;
const PERIOD = 200;
const PAGE = 2 ** 16;

const open = await Doors.opener();

/** An arena from edge to edge, and what the test has taken of it. */
class Heap {
  readonly taken = new Map<number, { readonly size: number; readonly id: number }>();
  readonly bytes: number;
  readonly #doors: Doors;
  readonly #start: number;
  #ids = 0;

  constructor(start: number, bytes: number) {
    this.#doors = open(blankMemory(Math.ceil((start + bytes) / PAGE)));
    this.#start = start;
    this.bytes = bytes;
    this.#doors.call.heapInitialize(ARENA, start, bytes);
  }

  /** Takes a block that must be there, or must not, by what is free; its address or 0. */
  take(size: number): number {
    const wanted = classFor(size);
    const isThere = this.#freeBlocks().some((block) => numberOf(block.size) >= wanted);
    const newest = this.#newestOfClass(size);
    const id = ++this.#ids;
    const address = this.#doors.call.heapTake(ARENA, size, id * 2 + 1) >>> 0;
    if (newest.size >= size) assert.equal(address, newest.address, `${size} bytes`);
    else assert.equal(address !== 0, isThere, `${size} bytes`);
    if (address === 0) return 0;
    const got = this.#doors.u32(address) & ~7;
    assert.ok(got >= size && got < size + MIN_BLOCK, `${got} bytes for ${size}`);
    assert.equal(this.#doors.u32(address + 4), id * 2 + 1);
    this.taken.set(address, { size: got, id });
    this.#payload(address, got).fill(id);
    return address;
  }

  free(address: number): void {
    this.#check(address);
    this.taken.delete(address);
    this.#doors.call.heapFree(ARENA, address);
  }

  freeAll(): void {
    for (const address of this.taken.keys()) this.free(address);
    this.verify();
    assert.deepEqual(this.#freeBlocks(), [{ address: this.#start, size: this.bytes - BLOCK_HEADER }]);
  }

  /** Sizes of the free blocks, from the start to the end of the arena. */
  get freeSizes(): number[] {
    return this.#freeBlocks().map(({ size }) => size);
  }

  /** Reads everything. */
  verify(): void {
    const free = this.#walk();
    const { arenaFlMap, arenaMaps, arenaHeads, arenaUsed } = this.#doors.at;
    const used = [...this.taken.values()].reduce((sum, { size }) => sum + size, 0);
    assert.equal(this.#doors.u32(ARENA + arenaUsed), used);
    let rows = 0;
    for (let row = 0; row < ROWS; row++) {
      let columns = 0;
      for (let column = 0; column < COLUMNS; column++) {
        const head = this.#doors.u32(ARENA + arenaHeads + (row * COLUMNS + column) * 4);
        if (head !== 0) columns += 2 ** column;
        for (const address of this.#list(head)) {
          const size = free.get(address);
          assert.ok(size !== undefined, `a block at ${address} is listed, and not free or listed twice`);
          assert.deepEqual(classOf(size), { row, column });
          free.delete(address);
        }
      }
      if (columns !== 0) rows += 2 ** row;
      assert.equal(this.#doors.u32(ARENA + arenaMaps + row * 4), columns, `the columns of row ${row}`);
    }
    assert.equal(this.#doors.u32(ARENA + arenaFlMap), rows);
    assert.deepEqual([...free.keys()], [], 'free, and in no list');
    for (const address of this.taken.keys()) this.#check(address);
  }

  /** From block to block: edge to edge, no two free ones side by side; the free ones, size by address. */
  #walk(): Map<number, number> {
    const free = new Map<number, number>();
    const end = this.#start + this.bytes - BLOCK_HEADER;
    let wasFree = false;
    let used = 0;
    let at = this.#start;
    for (let size = 0; at < end; at += size) {
      const info = this.#doors.u32(at);
      size = (info & ~7) >>> 0;
      assert.ok(size >= MIN_BLOCK, `a block of ${size} bytes`);
      assert.equal((info & PREV_FREE) !== 0, wasFree, `what ${at} says of the block before it`);
      assert.ok(!(wasFree && info & FREE), 'two free neighbours');
      wasFree = (info & FREE) !== 0;
      if (wasFree) {
        free.set(at, size);
        assert.equal(this.#doors.u32(at + size - 4), at);
      } else {
        assert.equal(this.taken.get(at)?.size, size, `the block at ${at}`);
        used++;
      }
    }
    assert.equal(at, end);
    assert.equal(this.#doors.u32(end), wasFree ? PREV_FREE : 0, 'the closing mark');
    assert.equal(used, this.taken.size, 'a block is lost');
    return free;
  }

  #newestOfClass(size: number): { readonly address: number; readonly size: number } {
    const address = this.#doors.u32(ARENA + this.#doors.at.arenaHeads + numberOf(size) * 4);
    return { address, size: address === 0 ? 0 : (this.#doors.u32(address) & ~7) >>> 0 };
  }

  *#list(head: number): Iterable<number> {
    let before = 0;
    for (let at = head; at !== 0; at = this.#doors.u32(at + 8)) {
      assert.equal(this.#doors.u32(at + 12), before);
      yield at;
      before = at;
    }
  }

  #freeBlocks(): { readonly address: number; readonly size: number }[] {
    const sorted = [...this.taken].sort(([one], [other]) => one - other);
    const blocks: { address: number; size: number }[] = [];
    let at = this.#start;
    for (const [address, { size }] of sorted) {
      if (address > at) blocks.push({ address: at, size: address - at });
      at = address + size;
    }
    const end = this.#start + this.bytes - BLOCK_HEADER;
    if (end > at) blocks.push({ address: at, size: end - at });
    return blocks;
  }

  #payload(address: number, size: number): Uint32Array {
    return new Uint32Array(this.#doors.view.buffer, address + BLOCK_HEADER, (size - BLOCK_HEADER) / 4);
  }

  #check(address: number): void {
    const { size, id } = this.taken.get(address) ?? { size: 0, id: 0 };
    assert.ok(
      this.#payload(address, size).every((word) => word === id),
      `the block at ${address} was overwritten`,
    );
  }
}

/** A size the heap may be asked for: any, or one at a boundary of a class. */
function drawSize(random: Random, most: number): number {
  if (random.chance(0.5)) return blockSizeOf(random.spread(1, most));
  const power = random.between(5, Math.floor(Math.log2(most)));
  const width = 2 ** Math.max(3, power - 5);
  return blockSizeOf(2 ** power + random.below(COLUMNS) * width + random.between(-2, 2) * 8 - BLOCK_HEADER);
}

function blockSizeOf(payload: number): number {
  return Math.max(MIN_BLOCK, Math.ceil((payload + BLOCK_HEADER) / 8) * 8);
}

/** Takes and frees at random, more of the one until it is full and more of the other until it is nearly empty. */
function churn(heap: Heap, most: number, random: Random): void {
  let filling = true;
  let failures = 0;
  for (let count = 0; count < OPERATIONS; count++) {
    if (random.chance(filling ? 0.7 : 0.3)) {
      if (heap.take(drawSize(random, most)) !== 0) continue;
      filling = false;
      failures++;
    } else if (heap.taken.size > 0) {
      const addresses = [...heap.taken.keys()];
      heap.free(addresses[random.below(addresses.length)] ?? 0);
      if (heap.taken.size < 5) filling = true;
    }
    if (count % PERIOD === 0) heap.verify();
  }
  assert.ok(failures > 10, `it was full ${failures} times`);
  heap.freeAll();
}

describe('blocks keep what is written into them, and every byte comes back', () => {
  for (const [start, bytes, most] of [
    [PAGE, 2 ** 14, 2000],
    [PAGE + 8, 2 ** 16 + 24, 2 ** 13],
    [PAGE, 2 ** 20, 2 ** 17],
    // across the middle of the address space, and up to its end
    [2 ** 31 - 2 ** 15, 2 ** 16, 2 ** 13],
    [2 ** 32 - 2 ** 16, 2 ** 16, 2 ** 13],
  ] as const) {
    it(
      `${bytes} bytes from ${start}`,
      seeded((random) => churn(new Heap(start, bytes), most, random)),
    );
  }

  it('whatever is done in whatever order', () => {
    const take = fc.oneof(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 3, max: 500 }));
    const steps = fc.array(fc.oneof(fc.record({ take }), fc.record({ free: fc.nat(1000) })), {
      size: '+1',
      maxLength: 150,
    });
    fc.assert(
      fc.property(steps, (done) => {
        const heap = new Heap(PAGE, 8192);
        for (const step of done) {
          if ('take' in step) heap.take(step.take * 8);
          else {
            const address = [...heap.taken.keys()][step.free % Math.max(1, heap.taken.size)];
            if (address !== undefined) heap.free(address);
          }
          heap.verify();
        }
        heap.freeAll();
      }),
      { numRuns: 60 },
    );
  });
});

describe('a size at the boundary of a class', () => {
  it('is found in a free block of just that size, and rounds to the class above when it is past it', () => {
    const { call } = open(blankMemory(1));
    for (let power = 5; power <= 30; power++) {
      for (let column = 0; column < COLUMNS; column++) {
        const width = 2 ** Math.max(3, power - 5);
        const first = 2 ** power + column * width;
        if (power < 8 && first >= 2 ** (power + 1)) continue;
        for (const size of [first - 8, first, first + 8]) {
          assert.equal(numberOf(call.roundUp(size) >>> 0), classFor(size), `${size} bytes`);
        }
      }
    }
  });

  it('is what a block takes, with its header, and nothing beside it', () => {
    const { call } = open(blankMemory(1));
    for (let payload = 0; payload < 2000; payload++)
      assert.equal(call.blockSize(payload), blockSizeOf(payload));
    assert.equal(call.blockSize(2 ** 28), 2 ** 28 + BLOCK_HEADER);
  });

  for (const power of [5, 6, 7, 8, 9, 10, 12, 14, 16]) {
    it(`fills an arena to the last byte: around 2 to the ${power}`, () => {
      for (const around of [-16, -8, 0, 8, 16]) {
        const size = Math.max(MIN_BLOCK, 2 ** power + around);
        const heap = new Heap(PAGE, 7 * size + BLOCK_HEADER);
        for (let count = 0; count < 7; count++) assert.notEqual(heap.take(size), 0);
        heap.verify();
        assert.deepEqual(heap.freeSizes, []);
        heap.freeAll();
      }
    });
  }
});

describe('a heap that is full', () => {
  it('holds as many of the smallest blocks as have room side by side', () => {
    const heap = new Heap(PAGE, 10_000);
    let count = 0;
    while (heap.take(MIN_BLOCK) !== 0) count++;
    assert.equal(count, Math.floor((10_000 - BLOCK_HEADER) / MIN_BLOCK));
    heap.verify();
    heap.freeAll();
  });

  // 1000: between two boundaries of classes
  for (const size of [64, 1000]) {
    it(`gives what was freed again, and only that: ${size} bytes`, () => {
      const heap = new Heap(PAGE, 100 * size + BLOCK_HEADER);
      const addresses = Array.from({ length: 100 }, () => heap.take(size));
      assert.equal(heap.take(MIN_BLOCK), 0);
      for (const address of addresses) {
        heap.free(address);
        assert.equal(heap.take(size + 8), 0);
        assert.equal(heap.take(size), address);
        assert.equal(heap.take(MIN_BLOCK), 0);
      }
      heap.verify();
    });
  }

  it('with every other block freed has half its bytes free, and no room for one byte more than a block', () => {
    const heap = new Heap(PAGE, 100 * 64 + BLOCK_HEADER);
    const addresses = Array.from({ length: 100 }, () => heap.take(64));
    for (const [index, address] of addresses.entries()) if (index % 2 === 0) heap.free(address);
    heap.verify();
    assert.deepEqual(heap.freeSizes, new Array(50).fill(64));
    assert.equal(heap.take(72), 0);
    for (const [index, address] of addresses.entries()) if (index % 4 === 1) heap.free(address);
    heap.verify();
    assert.deepEqual(heap.freeSizes, new Array(25).fill(192));
    assert.notEqual(heap.take(192), 0);
    heap.freeAll();
  });

  it('merges in every order of freeing', () => {
    const orders = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 });
    fc.assert(
      fc.property(orders, (order) => {
        const heap = new Heap(PAGE, 8 * 104 + BLOCK_HEADER);
        const addresses = order.map(() => heap.take(104));
        for (const index of order) {
          heap.free(addresses[index] ?? 0);
          heap.verify();
        }
        heap.freeAll();
      }),
      { numRuns: 200 },
    );
  });
});
