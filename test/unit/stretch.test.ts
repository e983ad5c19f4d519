/**
 * A stretch of the heap that is emptied for a large value: around what another thread has in hand, for as long as that may
 * be; with a claim that keeps others out until it ends; and beside a stretch of another arena. Engines that do not keep
 * to it are found.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { instantiate, REPORT, Status } from '../../src/memory/engine.js';
import { ALL } from '../support/effort.js';
import type { Patch } from '../support/mutant.js';
import { compileModules } from '../support/mutant-cache.js';
import { blankMemory, Doors } from '../support/structures.js';

const ONE_ARENA = 14;
const FOUR_ARENAS = 64;
const NOW = 1_000_000;
const SMALL = 2_000;
const LARGE = 50_000;
/** More than any patience: a stretch is emptied at once. */
const IN_VAIN = 0x7fffffff;

const { OK, BUSY, REMOVED } = Status;
const { at: offsets } = (await Doors.opener())(blankMemory(1));

/** A thread in a cache. Keys are numbers. */
class Caller {
  readonly engine;
  readonly #places;
  readonly #slot: DataView;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, thread: number, maxSize: number) {
    const { engine, places } = instantiate(module, memory);
    const pages = memory.buffer.byteLength / 65_536;
    if (engine.isCompatible() === 0) {
      assert.equal(engine.initialize(pages, maxSize, 1, NOW, 1, 2, 3, 4), 1);
    }
    this.engine = engine;
    this.#places = places;
    this.#slot = new DataView(memory.buffer, engine.slotAddress(engine.claimSlot(thread, 1)) >>> 0);
  }

  put(key: number): number {
    return this.engine.put(this.#key(key), SMALL * 8, NOW, 0, 0);
  }

  remove(key: number): number {
    return this.engine.deleteKey(this.#key(key), NOW);
  }

  has(key: number): boolean {
    return this.engine.has(this.#key(key), NOW) === OK;
  }

  /** Takes a block, as for a large value. */
  reserve(length: number, flags = 0): number {
    return this.engine.reserve(this.#key(0), length * 8, NOW, flags);
  }

  /** As if much had been evicted in vain for the next block. */
  hurry(): void {
    this.#slot.setUint32(this.#places.slotRoomMade, IN_VAIN, true);
  }

  /** What made it wait. */
  get busyAt(): number {
    return this.#slot.getUint32(this.#places.slotBusyAt, true);
  }

  #key(key: number): number {
    this.#slot.setUint32(this.#places.slotKey, key, true);
    return 4 * 8;
  }
}

/** Two threads in a cache without room for another small value; the oldest key, and one more than the newest. */
function fill(module: WebAssembly.Module, pages: number, maxSize = pages * 64) {
  const memory = blankMemory(pages);
  const first = new Caller(module, memory, 100, maxSize);
  const second = new Caller(module, memory, 101, maxSize);
  let end = 1;
  for (; end === 1 || first.has(1); end++) assert.equal(first.put(end), OK);
  let oldest = 1;
  while (!first.has(oldest)) oldest++;
  return { first, second, oldest, end, memory };
}

/** Goes on while entries are removed. */
function reserveAll(caller: Caller): number {
  for (;;) {
    const result = caller.reserve(LARGE, REPORT);
    if (result !== REMOVED) return result;
  }
}

function assertWhole(...callers: readonly Caller[]): void {
  for (const { engine } of callers) assert.equal(engine.emptyHands(), OK);
  assert.equal(callers[0]?.engine.verify(), 0);
}

function checkHand(module: WebAssembly.Module): void {
  const { first, second, oldest, end } = fill(module, ONE_ARENA);
  assert.equal(second.remove(oldest + 1), OK);
  assert.equal(second.reserve(SMALL), OK);
  first.hurry();
  assert.equal(first.reserve(LARGE), OK, 'room for a large value');
  const keys = Array.from({ length: end - oldest }, (_, index) => oldest + index);
  const gone = keys.filter((key) => !first.has(key)).length;
  assert.ok(gone < (2 * LARGE) / SMALL, `${gone} entries had to go for it`);
  assertWhole(first, second);
}

function checkClaim(module: WebAssembly.Module): void {
  const { first, second, end } = fill(module, ONE_ARENA);
  first.hurry();
  assert.equal(first.reserve(LARGE, REPORT), REMOVED);
  assert.equal(second.put(end), BUSY, 'a block of its own in the claimed arena');
  assert.notEqual(second.engine.isClaim(second.busyAt), 0);
  assert.equal(second.engine.liftClaim(second.busyAt, 2), 0, 'a claim that is not there');
  second.hurry();
  assert.equal(second.engine.emptyHands(), OK);
  second.hurry();
  assert.equal(second.reserve(LARGE, REPORT), BUSY, 'a claim beside a claim');
  assert.equal(reserveAll(first), OK);
  assert.equal(reserveAll(second), OK);
  assertWhole(first, second);
}

/** Also who would use its victim's block again, which takes no lock: a cache is full when somebody claims its arena. */
function checkReuse(module: WebAssembly.Module): void {
  const { first, second, end, memory } = fill(module, ONE_ARENA, 50);
  const view = new DataView(memory.buffer);
  let claimAt = view.getUint32(offsets.headerArenas, true);
  while (first.engine.isClaim(claimAt) === 0) claimAt += 4;
  view.setUint32(claimAt, 1, true);
  assert.equal(second.put(end), BUSY, 'a block in the middle of the stretch');
  first.hurry();
  assertWhole(first, second);
}

/** Two that have begun at the same time, each in an arena: as if the second one had looked before the first one's claim. */
function checkTwo(module: WebAssembly.Module): void {
  const { first, second, memory } = fill(module, FOUR_ARENAS);
  first.hurry();
  assert.equal(first.reserve(LARGE, REPORT), REMOVED);
  second.hurry();
  assert.equal(second.reserve(LARGE, REPORT), BUSY);
  new DataView(memory.buffer).setUint32(second.busyAt + offsets.arenaStride, 2, true);
  assert.notEqual(second.engine.isClaim(second.busyAt + offsets.arenaStride), 0);
  assert.equal(reserveAll(first), OK, 'does not wait for the other’s claim');
  assertWhole(first, second);
}

type Check = (module: WebAssembly.Module) => void;
const defects: readonly (readonly [name: string, check: Check, patch: Patch])[] = [
  [
    'a block that is taken without a mark that it is in a hand',
    checkHand,
    { file: 'blocks.ts', edits: [['heapTake(arena, size, slotMark(myNumber))', 'heapTake(arena, size, 0)']] },
  ],
  [
    'a stretch that does not begin anew behind it',
    checkHand,
    { file: 'stretch.ts', edits: [['        mine.stretchStart = at + size;\n', '']] },
  ],
  [
    'a block that is used again in the middle of a stretch',
    checkReuse,
    { file: 'blocks.ts', edits: [[' || arenaOf(address).claim != 0', '']] },
  ],
  [
    'a claim that is lifted whoever has it',
    checkClaim,
    {
      file: 'slots.ts',
      edits: [
        ['return atomic.cmpxchg<u32>(at, number, 0) == number;', 'atomic.store<u32>(at, 0);\n  return true;'],
      ],
    },
  ],
  [
    'an end of all claims, whoever has them',
    checkClaim,
    {
      file: 'blocks.ts',
      edits: [
        [
          "atomic.cmpxchg<u32>(changetype<usize>(arenaAt(i)) + offsetof<Arena>('claim'), number, 0);",
          "atomic.store<u32>(changetype<usize>(arenaAt(i)) + offsetof<Arena>('claim'), 0);",
        ],
      ],
    },
  ],
  [
    'two that wait for each other’s claims',
    checkTwo,
    {
      file: 'room.ts',
      edits: [['return answer == CLAIMED && isClaiming() ? NO_ROOM : answer;', 'return answer;']],
    },
  ],
];

describe('a stretch that is emptied', () => {
  const built = new WebAssembly.Module(readFileSync(new URL('../../engine.names.wasm', import.meta.url)));
  it('goes around a block in another thread’s hand', () => checkHand(built));
  it('keeps others out until it is over', () => checkClaim(built));
  it('keeps others from using a block of it again', () => checkReuse(built));
  it('goes on beside one of another arena', () => checkTwo(built));

  if (ALL) {
    it('is looked at: engines with a defect are found', async () => {
      const modules = await compileModules(defects.map(([, , patch]) => patch));
      for (const [index, [name, check]] of defects.entries()) {
        assert.throws(() => check(modules[index] as WebAssembly.Module), { code: 'ERR_ASSERTION' }, name);
      }
    });
  }
});
