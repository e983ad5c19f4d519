/**
 * The keyed hash of the engine against another SipHash, written by the paper in plain bigints, which in turn gives the
 * published vectors of SipHash-2-4; the comparison of bytes; and chains of keys that only that comparison tells apart.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeKey } from '../../../src/codec/keys.js';
import { Driver } from '../../support/driver.js';
import { type Random, seeded } from '../../support/random.js';
import { blankMemory, Doors } from '../../support/structures.js';

/** Of the key 00 01 … 0f and the messages of 0 … 63 bytes 00 01 …, from the reference implementation of the authors. */
const VECTORS_2_4 = `
  310e0edd47db6f72 fd67dc93c539f874 5a4fa9d909806c0d 2d7efbd796666785 b7877127e09427cf
  8da699cd64557618 cee3fe586e46c9cb 37d1018bf50002ab 6224939a79f5f593 b0e4a90bdf82009e
  f3b9dd94c5bb5d7a a7ad6b22462fb3f4 fbe50e86bc8f1e75 903d84c02756ea14 eef27a8e90ca23f7
  e545be4961ca29a1 db9bc2577fcc2a3f 9447be2cf5e99a69 9cd38d96f0b3c14b bd6179a71dc96dbb
  98eea21af25cd6be c7673b2eb0cbf2d0 883ea3e395675393 c8ce5ccd8c030ca8 94af49f6c650adb8
  eab8858ade92e1bc f315bb5bb835d817 adcf6b0763612e2f a5c91da7acaa4dde 716595876650a2a6
  28ef495c53a387ad 42c341d8fa92d832 ce7cf2722f512771 e37859f94623f3a7 381205bb1ab0e012
  ae97a10fd434e015 b4a31508beff4d31 81396229f0907902 4d0cf49ee5d4dcca 5c73336a76d8bf9a
  d0a704536ba93e0e 925958fcd6420cad a915c29bc8067318 952b79f3bc0aa6d4 f21df2e41d4535f9
  87577519048f53a9 10a56cf5dfcd9adb eb75095ccd986cd0 51a9cb9ecba312e6 96afadfc2ce666c7
  72fe52975a4364ee 5a1645b276d592a1 b274cb8ebf87870a 6f9bb4203de7b381 eaecb2a30b22a87f
  9924a43cc1315724 bd838d3aafbf8db7 0b1a2a3265d51aea 135079a3231ce660 932b2846e4d70666
  e1915f5cb1eca46c f325965ca16d629f 575ff28e60381be5 724506eb4c328a95
`;

const U64 = (1n << 64n) - 1n;
const DATA = 1024;

const open = await Doors.opener();

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & U64;
}

type State = [v0: bigint, v1: bigint, v2: bigint, v3: bigint];

function sipRound([a, b, c, d]: State): State {
  let [v0, v1, v2, v3] = [(a + b) & U64, rotate(b, 13n), (c + d) & U64, rotate(d, 16n)];
  v1 ^= v0;
  v3 ^= v2;
  v0 = rotate(v0, 32n);
  v2 = (v2 + v1) & U64;
  v0 = (v0 + v3) & U64;
  v1 = rotate(v1, 17n) ^ v2;
  v3 = rotate(v3, 21n) ^ v0;
  return [v0, v1, rotate(v2, 32n), v3];
}

function sipRounds(state: State, count: number): State {
  return count === 0 ? state : sipRounds(sipRound(state), count - 1);
}

/** SipHash-c-d (Aumasson and Bernstein, INDOCRYPT 2012), section 2. */
function sipHash(data: Uint8Array, k0: bigint, k1: bigint, c: number, d: number): bigint {
  // zeros to a multiple of eight, and in the last byte the length
  const padded = Buffer.alloc(Math.floor(data.length / 8) * 8 + 8);
  padded.set(data);
  padded[padded.length - 1] = data.length;
  let state: State = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    state[3] ^= word;
    state = sipRounds(state, c);
    state[0] ^= word;
  }
  state[2] ^= 0xffn;
  const [v0, v1, v2, v3] = sipRounds(state, d);
  return v0 ^ v1 ^ v2 ^ v3;
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.integer());
}

function random64(random: Random): bigint {
  return (BigInt(random.integer()) << 32n) | BigInt(random.integer());
}

/** Hashes with the engine. What stands before and behind the key is not part of it. */
function engineHash(doors: Doors, data: Uint8Array, k0: bigint, k1: bigint, random: Random): bigint {
  doors.bytes.set(randomBytes(random, 8), DATA - 8);
  doors.bytes.set(data, DATA);
  doors.bytes.set(randomBytes(random, 16), DATA + data.length);
  return BigInt.asUintN(64, doors.call.siphash13(DATA, data.length, k0, k1));
}

describe('SipHash', () => {
  it('2-4, of the test: gives the published vectors', () => {
    const key = Buffer.from(Array.from({ length: 16 }, (_, index) => index));
    const vectors = VECTORS_2_4.trim().split(/\s+/);
    assert.equal(vectors.length, 64);
    for (const [length, vector] of vectors.entries()) {
      const message = Uint8Array.from({ length }, (_, index) => index);
      const hash = sipHash(message, key.readBigUInt64LE(0), key.readBigUInt64LE(8), 2, 4);
      assert.equal(hash, Buffer.from(vector, 'hex').readBigUInt64LE(), `${length} bytes`);
    }
  });

  it(
    '1-3, of the engine: the same as that of the test, for every length',
    seeded((random) => {
      const doors = open(blankMemory(3));
      const lengths = Array.from({ length: 65 }, (_, index) => index);
      for (const length of [...lengths, ...lengths, ...lengths, 255, 256, 257, 1000, 65_535, 65_536]) {
        const data = randomBytes(random, length);
        const [k0, k1] = [random64(random), random64(random)];
        const hash = engineHash(doors, data, k0, k1, random);
        assert.equal(hash, sipHash(data, k0, k1, 1, 3), `${length} bytes`);
      }
    }),
  );

  it(
    '1-3: every bit of key and message counts',
    seeded((random) => {
      const doors = open(blankMemory(3));
      for (const length of [1, 7, 8, 9, 16, 40]) {
        const data = randomBytes(random, length);
        const [k0, k1] = [random64(random), random64(random)];
        const hashes = new Set([engineHash(doors, data, k0, k1, random)]);
        for (let bit = 0; bit < length * 8; bit++) {
          const changed = data.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
          hashes.add(engineHash(doors, changed, k0, k1, random));
        }
        for (let bit = 0n; bit < 64n; bit++) {
          hashes.add(engineHash(doors, data, k0 ^ (1n << bit), k1, random));
          hashes.add(engineHash(doors, data, k0, k1 ^ (1n << bit), random));
        }
        assert.equal(hashes.size, 1 + length * 8 + 128);
      }
    }),
  );

  it('1-3: zeros at the end count by their number', () => {
    const doors = open(blankMemory(3));
    const hashes = Array.from({ length: 100 }, (_, length) => doors.call.siphash13(DATA, length, 1n, 2n));
    assert.equal(new Set(hashes).size, 100);
  });
});

it(
  'bytes are the same or not, up to the last and not beyond it',
  seeded((random) => {
    const doors = open(blankMemory(3));
    const [one, other] = [1024 + random.below(8), 8192 + random.below(8)];
    for (let length = 0; length <= 64; length++) {
      doors.bytes.set(randomBytes(random, length + 24), one - 8);
      doors.bytes.set(randomBytes(random, length + 24), other - 8);
      doors.bytes.copyWithin(other, one, one + length);
      assert.equal(doors.call.sameBytes(one, other, length), 1, `${length} bytes`);
      for (let index = 0; index < length; index++) {
        const at = other + index;
        doors.bytes[at] = (doors.bytes[at] ?? 0) ^ (1 << random.below(8));
        assert.equal(doors.call.sameBytes(one, other, length), 0, `${index} of ${length} bytes`);
        doors.bytes[at] = doors.bytes[one + index] ?? 0;
      }
    }
  }),
);

/** Keys of one length whose hashes have the bucket and the tag in common: all that a walk compares before the bytes. */
function alikeKeys(driver: Driver, doors: Doors, bucketMask: bigint, wanted: number): string[] {
  const [k0, k1] = [doors.u64(doors.at.headerSeed0), doors.u64(doors.at.headerSeed0 + 8)];
  const mark = (0xfffn << 40n) | bucketMask;
  const found: string[] = [];
  let first: bigint | undefined;
  for (let count = 10_000_000; found.length < wanted; count++) {
    const key = `key ${count}`;
    const length = encodeKey(key, driver.seat.keyScratch, 'test') >>> 3;
    const alike = doors.call.siphash13(driver.seat.keyScratch.byteOffset, length, k0, k1) & mark;
    first ??= alike;
    if (alike === first) found.push(key);
  }
  return found;
}

it(
  'keys with the same bucket and tag are told apart, wherever in the chain they stand',
  seeded((random) => {
    const driver = new Driver({ maxSize: 8, shards: 1, pages: 16, start: 1, random });
    const doors = open(driver.seat.memory);
    const mask = doors.u32(doors.at.headerBucketMask);
    const keys = alikeKeys(driver, doors, BigInt(mask), 12);
    const value = (key: string) => new Uint8Array(Buffer.from(`of ${key}`));
    const present = new Set<string>();
    for (let count = 0; count < 5000; count++) {
      const key = keys[random.below(keys.length)] ?? '';
      if (random.chance(0.5)) {
        if (present.size === 8 && !present.has(key)) continue;
        driver.put(key, value(key), 1, 0);
        present.add(key);
      } else {
        assert.equal(driver.delete(key, 1).deleted, present.delete(key));
      }
      for (const each of keys) {
        assert.deepEqual(driver.peek(each, 1), present.has(each) ? value(each) : undefined);
      }
      if (count % 100 === 0) driver.verify();
    }
    driver.verify();
  }),
);
