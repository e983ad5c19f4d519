import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { decodeValue, type ValueCodec, ValueEncoder } from '../../src/codec/values.js';
import { encodeInto, OFFSET, refused, roundTrip, scratch } from '../support/values.js';

suite('a codec', () => {
  const json: ValueCodec = {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  };

  test('encodes what has no encoding of its own, and only that', () => {
    const seen: unknown[] = [];
    const spy: ValueCodec = {
      ...json,
      encode: (value) => {
        seen.push(value);
        return json.encode(value);
      },
    };
    const direct = ['a', 'Ā', 1, 1n, true, null, undefined, new Uint8Array(1), Buffer.alloc(1)];
    for (const value of direct) assert.deepEqual(roundTrip(value, spy), value);
    assert.deepEqual(seen, []);
    for (const value of [{ a: 1 }, [1], {}, { date: 'x' }]) assert.deepEqual(roundTrip(value, spy), value);
    assert.equal(seen.length, 4);
  });

  test('is called as a method and gets private bytes', () => {
    const codec = {
      made: [] as Uint8Array[],
      encode() {
        return this.made[0] ?? new Uint8Array([0x7b, 1]);
      },
      decode(bytes: Uint8Array) {
        this.made.push(bytes);
        return 'decoded';
      },
    };
    const encoder = new ValueEncoder(codec);
    encodeInto(encoder, {});
    assert.equal(decodeValue(encoder.kind, scratch, OFFSET, encoder.byteLength, codec), 'decoded');
    scratch.fill(0, OFFSET, OFFSET + 2);
    assert.deepEqual(codec.made, [new Uint8Array([0x7b, 1])]);
    assert.equal(codec.made[0]?.buffer.byteLength, 2);
  });

  test('may return bytes that it uses again', () => {
    const reused = Buffer.alloc(1);
    const codec: ValueCodec = {
      encode: (value) => reused.fill(Number(value)),
      decode: (bytes) => [bytes[0]],
    };
    assert.deepEqual(roundTrip([1], codec), [1]);
    assert.deepEqual(roundTrip([2], codec), [2]);
  });

  test('may take what structured clone refuses', () => {
    const codec: ValueCodec = { encode: () => new Uint8Array(), decode: () => 'something' };
    assert.equal(
      roundTrip(() => {}, codec),
      'something',
    );
    assert.equal(roundTrip(Symbol('s'), codec), 'something');
  });

  test('is refused when it throws or returns something else', () => {
    const problem = new Error('mine');
    const throwing: ValueCodec = {
      ...json,
      encode: () => {
        throw problem;
      },
    };
    assert.equal(refused({}, throwing), problem);
    for (const result of [
      undefined,
      null,
      'bytes',
      [1],
      new ArrayBuffer(1),
      Promise.resolve(new Uint8Array()),
    ]) {
      const wrong = { ...json, encode: () => result } as object as ValueCodec;
      const cause = refused({}, wrong);
      assert(cause instanceof TypeError);
      assert.match(cause.message, /^codec.encode returned .+, a Uint8Array is required$/);
    }
  });

  test('passes on what its decode throws', () => {
    const problem = new Error('mine');
    const codec: ValueCodec = {
      ...json,
      decode: () => {
        throw problem;
      },
    };
    assert.throws(
      () => roundTrip({}, codec),
      (error) => error === problem,
    );
  });
});
