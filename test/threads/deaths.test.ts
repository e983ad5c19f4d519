/**
 * Threads die at random instants, terminated or by their own doing, while others work. Nobody waits for the dead, nothing
 * they held is lost, and what is left is whole. `npm run kill-storm` does the same for longer, over all versions of Node.js.
 */
import { describe, it } from 'node:test';
import { seedOf } from '../support/random.js';
import type { Configuration } from './storm/configuration.js';
import { type Death, deaths } from './storm/job.js';
import { Round } from './storm/round.js';

/** Deaths of each round: every kind, terminations more often. */
const DEATHS: readonly Death[] = [...deaths, ...deaths, 'terminate', ...deaths, 'terminate', 'terminate'];

const small = { keys: 300, longest: 300, ttl: { chance: 0.2, seconds: 0.01 }, clears: true };
const large = { ...small, keys: 150, longest: 200_000 };

const rounds: Readonly<Record<string, Omit<Configuration, 'deaths'>>> = {
  'small values, one shard': {
    options: { maxSize: 200, maxBytes: '64 MiB', shards: 1, cleanupInterval: 0.05 },
    job: small,
    creatorDies: false,
  },
  'small values, 64 shards, no cleaner': {
    options: { maxSize: 200, maxBytes: '64 MiB', shards: 64, cleanupInterval: 0 },
    job: small,
    creatorDies: false,
  },
  'small values, four shards; the creator is the first to die, and its cleaner with it': {
    options: { maxSize: 200, maxBytes: '16 MiB', shards: 4, cleanupInterval: 0.05 },
    job: small,
    creatorDies: true,
  },
  'large values, one shard, few bytes': {
    options: { maxSize: 200, maxBytes: '4 MiB', shards: 1, cleanupInterval: 0.05 },
    job: large,
    creatorDies: false,
  },
  'large values, four shards, no cleaner; the creator is the first to die': {
    options: { maxSize: 100, maxBytes: '64 MiB', shards: 4, cleanupInterval: 0 },
    job: large,
    creatorDies: true,
  },
};

describe('threads die, the others do not notice', () => {
  for (const [name, configuration] of Object.entries(rounds)) {
    it(name, async () => {
      await new Round({ ...configuration, deaths: DEATHS }, seedOf(process.env['HEDDLE_SEED'])).run();
    });
  }
});
