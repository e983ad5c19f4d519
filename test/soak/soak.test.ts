/**
 * A few seconds of the soak: the engine passes, and engines that leak, or tear a value, do not. The long run is
 * `npm run soak`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALL } from '../support/effort.js';
import { compileMutants, type Patch } from '../support/mutant.js';
import { seedOf } from '../support/random.js';
import { Soak } from './soak.js';

/** What never happens is waited for so long; what does happen, workers that start above all, must not take longer. */
const PATIENCE_MS = 8000;

interface Defect extends Patch {
  readonly name: string;
  /** What the soak says. */
  readonly message: RegExp;
}

const REAPED = 'if (result == OK) changeState(slot, taken, <u64>STATUS_FREE);';
const PURGING = 'if (shard.purgedEpoch != epochOf(readCount())) return removeTail(shard, true, now);';

const all: readonly Defect[] = [
  {
    name: 'one block in sixteen that is not freed',
    file: 'blocks.ts',
    edits: [['  heapFree(arena, block);', '  if ((block & 0x780) != 0) heapFree(arena, block);']],
    message: /law 66 of engine\/verify\.ts/,
  },
  {
    name: 'slots of dead threads that stay taken',
    file: 'slots.ts',
    edits: [[REAPED, '']],
    message: /\d+ slots of '.+' are taken, not 4$/,
  },
  {
    name: 'a cleaner that leaves the leftovers of a clear',
    file: 'clean.ts',
    edits: [[PURGING, '']],
    message: /\d+ bytes of '.+' are in use after a clear$/,
  },
  {
    name: 'a value of which the end is not written',
    file: 'sections.ts',
    edits: [
      ['memory.copy(valueAt, valueScratch, length);', 'memory.copy(valueAt, valueScratch, length >> 1);'],
    ],
    // compared, or refused by the decoder already
    message: /Expected values to be strictly|was read for key|JSON|Cannot read a value/,
  },
];

const defects = ALL ? all : [];
const compiled = compileMutants(defects);
// whoever waits for it says so
compiled.catch(() => undefined);

function soak(durationMs: number, patienceMs: number, module?: WebAssembly.Module): Soak {
  const seed = seedOf(process.env['HEDDLE_SEED']);
  return new Soak({ durationMs, sampleMs: 500, threads: 2, seed, patienceMs, module });
}

describe('a soak of a few seconds', () => {
  it('finds nothing in the engine', async () => {
    const sound = soak(4000, 30_000);
    await sound.run();
    assert.ok(sound.samples.count >= 3, `${sound.samples.count} samples`);
    assert.ok(sound.counts.kills > 0, 'nobody was terminated');
    assert.ok(sound.operations > 1000, `${sound.operations} operations`);
  });

  for (const [index, { name, message }] of defects.entries()) {
    it(`finds ${name}`, async () => {
      const module = new WebAssembly.Module(Buffer.from((await compiled)[index] ?? []));
      await assert.rejects(soak(4000, PATIENCE_MS, module).run(), { message });
    });
  }
});
