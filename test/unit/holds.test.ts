/**
 * A reader of a large value that loses again and again asks writers to wait: they do, until it is through or the time that
 * it has named is over. Engines that do not keep to it are found.
 */

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { Status } from '../../src/memory/engine.js';
import { Seat } from '../../src/memory/seat.js';
import { assertIntact, contentOf, makeCache } from '../support/caches.js';
import { ALL } from '../support/effort.js';
import type { Patch } from '../support/mutant.js';
import { compileModules, makeCacheOver } from '../support/mutant-cache.js';
import { blankMemory, Doors } from '../support/structures.js';

const OPTIONS = { maxSize: 10, maxBytes: '1 MiB', shards: 1, cleanupInterval: 0 } as const;
/** µs */
const NOW = 1_000_000;
const UNTIL = NOW + 1000;

/** A number that no slot here has. */
const DEAD = 200;

const { OK, BUSY } = Status;
/** What is added to must have eight bytes. */
const NUMBER = 'xxxxxxxx';
const { at: offsets } = (await Doors.opener())(blankMemory(1));

/** A thread's calls of the engine. */
class Caller {
  readonly seat: Seat;

  constructor(test: TestContext, cache: ThreadSafeCache) {
    const { module, memory } = contentOf(cache);
    this.seat = new Seat(module, memory);
    test.after(() => this.seat.leave());
  }

  put(key: string, value: string, now: number): number {
    this.seat.emptyHands();
    const length = this.seat.valueScratch.write(value, 'latin1');
    return this.seat.engine.put(this.#key(key), length * 8, now, 0, 0);
  }

  remove(key: string, now: number): number {
    return this.seat.engine.deleteKey(this.#key(key), now);
  }

  take(key: string, now: number): number {
    this.seat.engine.peek(this.#key(key), now);
    const version = this.seat.entryVersion;
    return this.seat.engine.take(this.#key(key), version, now);
  }

  add(key: string, now: number): number {
    return this.seat.engine.add(this.#key(key), NUMBER.length * 8, 1, now, 0);
  }

  hold(key: string, now: number, until: number): number {
    assert.ok(this.seat.engine.peek(this.#key(key), now) >= 0);
    return this.seat.engine.hold(now, until);
  }

  #key(key: string): number {
    return this.seat.keyScratch.write(key, 'latin1') * 8;
  }
}

/** Throws when a hold is not what it should be. */
function check(test: TestContext, cache: ThreadSafeCache): void {
  const [writer, reader, other] = [0, 1, 2].map(() => new Caller(test, cache)) as [Caller, Caller, Caller];
  for (const key of ['held', 'free']) assert.equal(writer.put(key, NUMBER, NOW), OK);
  assert.equal(reader.hold('held', NOW, UNTIL), OK);
  assert.equal(writer.put('held', NUMBER, UNTIL - 1), BUSY, 'written in place');
  assert.equal(writer.put('held', 'y'.repeat(40), UNTIL - 1), BUSY, 'replaced');
  assert.equal(writer.remove('held', UNTIL - 1), BUSY, 'removed');
  assert.equal(writer.take('held', UNTIL - 1), BUSY, 'taken');
  assert.equal(writer.add('held', UNTIL - 1), BUSY, 'added to');
  assert.equal(writer.put('free', 'y', UNTIL - 1), OK, 'another key');
  assert.equal(other.hold('free', UNTIL - 1, UNTIL), BUSY, 'held by another reader at the same time');
  reader.seat.engine.endHold(UNTIL - 1);
  assert.equal(writer.put('held', 'y', UNTIL - 1), BUSY, 'when an earlier hold has ended');
  reader.seat.engine.endHold(UNTIL);
  assert.equal(writer.put('held', 'y', NOW), OK, 'when the reader is through');
  assert.equal(reader.hold('held', NOW, UNTIL), OK);
  assert.equal(writer.put('held', 'z', UNTIL), OK, 'when the time is over');
  assert.equal(other.hold('free', UNTIL, UNTIL + 1000), OK, 'the next one when the time is over');
  writer.seat.emptyHands();
  assertIntact(cache);
}

/** Throws when a hold outlasts its entry, whose shard was taken over from a thread that had died with its lock. */
function checkTakenOver(test: TestContext, cache: ThreadSafeCache): void {
  const [writer, reader] = [0, 1].map(() => new Caller(test, cache)) as [Caller, Caller];
  const { engine, places } = writer.seat;
  assert.equal(writer.put('held', 'x', NOW), OK);
  assert.equal(reader.hold('held', NOW, UNTIL), OK);
  assert.equal(writer.put('held', 'y', NOW), BUSY);
  const lock = writer.seat.field(places.slotBusyAt) + offsets.LOCK_OFFSET;
  const words = new Uint32Array(contentOf(cache).memory.buffer, lock, 1);
  words[0] = (words[0] ?? 0) + DEAD;
  assert.equal(engine.rebuildOwnedBy(DEAD), 1);
  assert.equal(writer.put('next', 'x', NOW), OK);
  assert.equal(writer.put('next', 'y', NOW), OK, 'another key in the same record');
  assertIntact(cache);
}

const defects: Readonly<Record<string, Patch>> = {
  'a removal that asks for no hold': {
    file: 'sections.ts',
    edits: [['if (current && isHeldByReader(shard, entry, now)) {', 'if (false) {']],
  },
  'a take that answers with a value that it could not remove': {
    file: 'conditional.ts',
    edits: [
      [
        '    if (result != OK && result != LEFTOVER) return result;\n    freeGarbage();\n    // cleared',
        '    freeGarbage();\n    // cleared',
      ],
    ],
  },
  'a write that asks for no hold': {
    file: 'sections.ts',
    edits: [['verdict == OK && isHeldByReader(shard, entry, now) ? HELD : verdict', 'verdict']],
  },
  'a hold that does not lapse': {
    file: 'sections.ts',
    edits: [['changetype<usize>(entry) && now < shard.heldUntil', 'changetype<usize>(entry)']],
  },
  'a hold that another reader takes away': {
    file: 'sections.ts',
    edits: [['if (shard.held != 0 && now < shard.heldUntil)', 'if (false)']],
  },
  'a lapsed hold that keeps other readers out': {
    file: 'sections.ts',
    edits: [['if (shard.held != 0 && now < shard.heldUntil)', 'if (shard.held != 0)']],
  },
};

describe("a reader's hold", () => {
  it('keeps writers of its entry away, for a while', (test) => check(test, makeCache(test, OPTIONS)));

  it('does not outlast a take-over of its shard', (test) => checkTakenOver(test, makeCache(test, OPTIONS)));

  if (ALL) {
    it('is looked at after a take-over: one that leaves it is found', async (test) => {
      const edits = [['  shard.held = 0;\n', '']] as const;
      const [module] = await compileModules([{ file: 'rebuild.ts', edits }]);
      const cache = makeCacheOver(module as WebAssembly.Module, OPTIONS);
      assert.throws(() => checkTakenOver(test, cache), { code: 'ERR_ASSERTION' });
    });

    it('is looked at: engines with a defect are found', async (test) => {
      const modules = await compileModules(Object.values(defects));
      for (const [index, name] of Object.keys(defects).entries()) {
        const cache = makeCacheOver(modules[index] as WebAssembly.Module, OPTIONS);
        assert.throws(() => check(test, cache), { code: 'ERR_ASSERTION' }, name);
      }
    });
  }
});
