/**
 * The storm of deaths finds what it looks for: with engines whose commit is split into two sections, each a straight
 * line under the lock, and right as long as nobody dies between the two. V8 can stop a thread there.
 */

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { sampled } from '../support/effort.js';
import type { Patch } from '../support/mutant.js';
import { compileModules } from '../support/mutant-cache.js';
import { seedOf } from '../support/random.js';
import type { Configuration } from './storm/configuration.js';
import type { Death } from './storm/job.js';
import { Round } from './storm/round.js';

/** Deaths within which a defect must be found. */
const MOST = 100;

/** Between two sections, so that a thread is there for a good part of its time. */
const DAWDLE = `
function dawdle(lock: usize): void {
  for (let turn = 0; turn < 300_000; turn++) atomic.load<u64>(lock);
}
`;

/** The second half of a commit, in a section of its own; nothing to do when the entry has changed since the first. */
const secondSection = (name: string, parameters: string, change: string): string => `${DAWDLE}
function ${name}(shard: Shard, entry: Entry, version: u64${parameters}): void {
  const lock = changetype<usize>(shard);
  dawdle(lock);
  while (true) {
    const word = readFree(lock);
    if (isHeld(word) || !tryLock(lock, word)) continue;
    if (entry.version == version) ${change};
    releaseChanged(lock, word);
    return;
  }
}
`;

const START = 'export let newKeyInfo: u32 = 0;';
const IMPORTS = ['releaseUnchanged, tryLock }', 'isHeld, readFree, releaseUnchanged, tryLock }'] as const;
const END_OF_SECTION = '  releaseChanged(lock, word);\n  return OK;\n}\n\n';
const END_OF_INSERT = `${END_OF_SECTION}/** Section: the entry gets the block`;
const END_OF_REPLACE = `  if (newIsStamped) refresh(shard, entry);\n  fill(shard, word, entry);\n${END_OF_SECTION}/**\n * Section: writes the value`;

/** By what is split: the engine, and the law that must be found broken. */
const splits: Readonly<Record<string, { patch: Patch; law: number }>> = {
  'insert: first into the list, then into the chain': {
    law: 28,
    patch: {
      file: 'sections.ts',
      edits: [
        IMPORTS,
        [START, `${secondSection('linkLater', ', bucket: usize', 'chainLink(bucket, entry)')}${START}`],
        ['  chainLink(bucket, entry);\n', '  entry.chainNext = 0;\n  entry.chainPrev = 0;\n'],
        [
          END_OF_INSERT,
          END_OF_INSERT.replace('return', 'linkLater(shard, entry, nextVersion(word), bucket);\n  return'),
        ],
      ],
    },
  },
  'replacement: first the block, then the timer': {
    law: 29,
    patch: {
      file: 'sections.ts',
      edits: [
        IMPORTS,
        [START, `${secondSection('scheduleLater', '', 'wheelLink(shard, entry)')}${START}`],
        [
          END_OF_REPLACE,
          END_OF_REPLACE.replace(
            'fill(shard, word, entry);',
            `const deadline = newDeadline;
  newDeadline = 0;
  fill(shard, word, entry);
  entry.deadline = deadline;`,
          ).replace('return', 'if (deadline != 0) scheduleLater(shard, entry, nextVersion(word));\n  return'),
        ],
      ],
    },
  },
};

/** Nothing is ever evicted, cleared or expired, which would hide what is found. */
const storm: Omit<Configuration, 'deaths' | 'module'> = {
  options: { maxSize: 4000, maxBytes: '16 MiB', shards: 2, cleanupInterval: 0 },
  job: { keys: 2000, longest: 300, ttl: { chance: 0.8, seconds: 1000 }, clears: false },
  creatorDies: false,
};

const tried = sampled(Object.entries(splits), 2);

describe('a commit that is split into two sections', () => {
  let modules: readonly WebAssembly.Module[];
  before(async () => {
    modules = await compileModules(tried.map(([, { patch }]) => patch));
  });

  for (const [index, [name, { law }]] of tried.entries()) {
    const roundOf = (deaths: readonly Death[]): Round => {
      const module = modules[index] as WebAssembly.Module;
      return new Round({ ...storm, deaths, module }, seedOf(process.env['HEDDLE_SEED']));
    };

    it(`${name}: is found`, async (test) => {
      const round = roundOf(Array<Death>(MOST).fill('terminate'));
      await assert.rejects(round.run(), new RegExp(`law ${law} of engine/verify.ts is broken`));
      test.diagnostic(`after ${round.deaths} deaths`);
    });

    it(`${name}: does no harm as long as threads die between two operations`, async () => {
      await roundOf(['exit', 'uncaught error', 'exit', 'uncaught error']).run();
    });
  }
});
