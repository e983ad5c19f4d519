/** One thread of a gang. @module */
import { parentPort, workerData } from 'node:worker_threads';
import { GangMember } from './gang-member.js';
import type { GangAnswer, GangData, GangOrder } from './gang-messages.js';
import { sharedCache } from './shared-caches.js';

const data = workerData as GangData;
const contender = sharedCache(data.contender);
const client = await contender.connect(data.connection);
const member = new GangMember(client, contender, data);

parentPort?.on('message', async (order: GangOrder) => {
  try {
    post(await member.obey(order));
  } catch (error) {
    post({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  }
  if (order.kind === 'close') parentPort?.close();
});
post({ kind: 'ready' });

function post(answer: GangAnswer): void {
  parentPort?.postMessage(answer);
}
