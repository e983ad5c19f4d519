/** The near tier by itself and a real engine: what is kept, and when the tier is passed by. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemory } from '../../src/memory/create.js';
import { Status } from '../../src/memory/engine.js';
import { Seat } from '../../src/memory/seat.js';
import { NearTier } from '../../src/near.js';
import { resolveOptions } from '../../src/options.js';
import { Store } from '../../src/store.js';

const notNear = Symbol('notNear');

/** As in near.ts. */
const TRIAL = 512;
const PAUSE = 16_384;

/** A tier of two places, and a store to fill it from. */
function open(mayPause: boolean) {
  const handle = createMemory('near', resolveOptions({ maxSize: 10 }));
  const seat = new Seat(handle.module, handle.memory);
  const nobody = { isInterested: false, hasListeners: false, removed() {}, pressed() {} };
  const store = new Store(seat, undefined, { ...handle.options, nearSize: 0 }, nobody);
  const near = new NearTier(2, mayPause);
  /** What a store makes of it. */
  const find = (key: string): unknown => {
    const found = near.find(key);
    if (found === undefined) return notNear;
    const { record, version, deadline, value } = found;
    if (seat.engine.nearHit(record, version, deadline) === Status.OK) return value;
    near.missed();
    return notNear;
  };
  /** Reads an entry twice, as it takes to be kept. */
  const keep = (key: string, bytes = 1): void => {
    for (let time = 0; time < 2; time++) {
      const value = store.get(key);
      near.offer(key, value, near.identify(seat), bytes);
    }
  };
  for (const key of ['a', 'b', 'c']) store.writer.put('put', key, key, 0);
  const miss = (times: number): void => {
    for (let time = 0; time < times; time++) assert.equal(find('missing'), notNear);
  };
  return { store, keep, find, miss };
}

describe('NearTier', () => {
  it('gives the place of the value kept longest to the next key', () => {
    const { find, keep } = open(true);
    for (const key of ['a', 'b', 'c']) keep(key);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => find(key)),
      [notNear, 'b', 'c'],
    );
    keep('a');
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => find(key)),
      ['a', notNear, 'c'],
    );
  });

  it('keeps a place for a key whose value has changed', () => {
    const { find, keep, store } = open(true);
    for (const key of ['a', 'b']) keep(key);
    store.writer.put('put', 'a', 'new', 0);
    assert.equal(find('a'), notNear);
    keep('a');
    assert.deepEqual([find('a'), find('b')], ['new', 'b']);
  });

  it('keeps large values in the room of several', () => {
    const { find, keep } = open(false);
    const found = () => ['a', 'b', 'c'].map((key) => find(key) !== notNear);
    keep('a', 16_385);
    assert.deepEqual(found(), [false, false, false], 'too large for the whole tier');
    keep('a', 8000);
    keep('b', 8000);
    assert.deepEqual(found(), [true, true, false]);
    keep('b', 9000);
    assert.deepEqual(found(), [false, true, false]);
    keep('c', 16_384);
    assert.deepEqual(found(), [false, false, true]);
    keep('a', 1);
    keep('b', 1);
    assert.deepEqual(found(), [true, true, false]);
  });

  it('is passed by for a while when few lookups find something', () => {
    const { find, keep, miss } = open(true);
    keep('a');
    for (let hits = 0; hits < 2 * TRIAL - 1; hits++) assert.equal(find('a'), 'a');
    miss(TRIAL);
    assert.equal(find('a'), notNear);
    keep('b');
    for (let time = 1; time < PAUSE; time++) assert.equal(find('a'), notNear);
    assert.equal(find('a'), 'a');
    assert.equal(find('b'), notNear, 'meanwhile nothing was kept');
  });

  it('is not when twice as many find something as do not', () => {
    const { find, keep, miss } = open(true);
    keep('a');
    for (let round = 0; round < 3; round++) {
      for (let hits = 0; hits < 2 * TRIAL; hits++) find('a');
      miss(TRIAL);
      assert.equal(find('a'), 'a');
    }
  });

  it('is not where it spares decoding objects', () => {
    const { find, keep, miss } = open(false);
    keep('a');
    miss(3 * TRIAL);
    assert.equal(find('a'), 'a');
  });
});
