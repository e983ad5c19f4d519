/**
 * Loads of keys that look alike: with the same bytes and another kind, or with the same 64-bit hash. Each key has a load of
 * its own. Engines that tell keys apart by less are found.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { KeyKind } from '../../src/codec/keys.js';
import { instantiate, Status } from '../../src/memory/engine.js';
import { ALL } from '../support/effort.js';
import type { Patch } from '../support/mutant.js';
import { compileModules } from '../support/mutant-cache.js';
import { blankMemory } from '../support/structures.js';

const PAGES = 14;
/** Of the hash; the keys ALIKE have the same one by it. They were found by a search through 7 billion keys. */
const SEED = [1, 2, 3, 4] as const;
const ALIKE = [0x77bc9b850e1faf46n, 0xb16ff83a5f42db75n] as const;
const NOW = 1_000_000;
const UNTIL = NOW + 1_000_000;

/** Eight bytes, and a kind. */
type Key = readonly [bytes: bigint, kind: number];

const PAIRS: Readonly<Record<'bytes' | 'hash', readonly [Key, Key]>> = {
  bytes: [
    [ALIKE[0], KeyKind.LATIN1],
    [ALIKE[0], KeyKind.BYTES],
  ],
  hash: [
    [ALIKE[0], KeyKind.BYTES],
    [ALIKE[1], KeyKind.BYTES],
  ],
};

/** One thread's claims, in a cache of its own. */
function claimer(module: WebAssembly.Module): (key: Key) => number {
  const memory = blankMemory(PAGES);
  const { engine, places } = instantiate(module, memory);
  assert.equal(engine.initialize(PAGES, 4, 1, NOW, ...SEED), 1);
  const slot = engine.slotAddress(engine.claimSlot(100, 1)) >>> 0;
  const scratch = new DataView(memory.buffer, slot + (places['slotKey'] ?? 0), 8);
  return ([bytes, kind]) => {
    scratch.setBigUint64(0, bytes, true);
    return engine.claimFlight(8 * 8 + kind, NOW, NOW, UNTIL);
  };
}

/** Throws unless each of two keys is loaded for itself. */
function check(module: WebAssembly.Module, [first, second]: readonly [Key, Key]): void {
  const claim = claimer(module);
  assert.equal(claim(first), Status.OK);
  assert.equal(claim(second), Status.OK, 'a load of its own');
  assert.equal(claim(first), Status.OWN_FLIGHT);
  assert.equal(claim(second), Status.OWN_FLIGHT);
}

const ASKS = 'flight.hash == hash && flight.second == second && flight.keyInfo == keyInfo';
const defects: readonly (readonly [name: string, pair: readonly [Key, Key], edits: Patch['edits']])[] = [
  ['by the hash alone', PAIRS.hash, [[ASKS, 'flight.hash == hash']]],
  [
    'by the hash and what is known of the key',
    PAIRS.hash,
    [[ASKS, 'flight.hash == hash && flight.keyInfo == keyInfo']],
  ],
  ['by both hashes', PAIRS.bytes, [[ASKS, 'flight.hash == hash && flight.second == second']]],
  [
    'by a second hash with the same secret key',
    PAIRS.hash,
    [['~header().seed1, ~header().seed0', 'header().seed0, header().seed1']],
  ],
];

describe('a key has a load of its own beside one', () => {
  const built = new WebAssembly.Module(readFileSync(new URL('../../engine.names.wasm', import.meta.url)));
  it('with the same bytes', () => check(built, PAIRS.bytes));
  it('with the same hash', () => check(built, PAIRS.hash));

  if (ALL) {
    it('is looked at: engines that find a load by less are found', async () => {
      const modules = await compileModules(defects.map(([, , edits]) => ({ file: 'flights.ts', edits })));
      for (const [index, [name, pair]] of defects.entries()) {
        assert.throws(
          () => check(modules[index] as WebAssembly.Module, pair),
          { code: 'ERR_ASSERTION' },
          name,
        );
      }
    });
  }
});
