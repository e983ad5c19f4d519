/** Threads that tell each other about loads open and close channels all the time: now and then Node.js makes a dead one. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { makeCache } from '../support/caches.js';
import { startCrew } from '../support/crew.js';
import type { MailboxJob } from './workers/mailbox.js';

/** A dead channel is one in about 30,000 here. */
const job: MailboxJob = { posts: 40_000 };
const CREW = 3;

it('a message is posted though another thread closes the last channel meanwhile', async (test) => {
  const cache = makeCache(test, { maxSize: 1 });
  const { results } = startCrew<number>(test, { script: 'mailbox', count: CREW, cache, seed: 0, ...job });
  assert.deepEqual(await results, Array(CREW).fill(job.posts));
});
