/** A worker of a cluster, as one of a gang. @module */
import { GangMember } from '../gang-member.js';
import type { GangAnswer, GangOrder } from '../gang-messages.js';
import { draws } from '../keys.js';
import { peerExport } from '../peer.js';
import { CLUSTERED, type ClusterPlan } from './cluster.js';
import type { SharedClient } from './contender.js';

interface Clustered {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<boolean>;
}

interface ClusteredClass {
  getInstance(options: {
    namespace: string;
    max: number;
    timeout: number;
    failsafe: 'reject';
  }): Promise<Clustered>;
}

const TIMEOUT_MS = 10_000;
const DRAWS = 2 ** 20;

const { entries, keys, keyLength, pool }: ClusterPlan = JSON.parse(process.argv[2] ?? '');
const Class = await peerExport<ClusteredClass>(CLUSTERED, 'default');
const options = { namespace: 'bench', max: entries, timeout: TIMEOUT_MS, failsafe: 'reject' } as const;
const cache = await Class.getInstance(options);
const client: SharedClient = { get: (key) => cache.get(key), put: (key, value) => cache.set(key, value) };
const index = Number(process.env['HEDDLE_BENCH_INDEX']);
const member = new GangMember(
  client,
  { isAsync: true },
  {
    ...{ contender: CLUSTERED, connection: undefined, index, keyLength, pool },
    draws: draws(keys, 'zipf', DRAWS),
  },
);

process.on('message', async ({ order }: { order?: GangOrder }) => {
  if (order === undefined) return;
  try {
    answer(await member.obey(order));
  } catch (error) {
    answer({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  }
});
answer({ kind: 'ready' });

function answer(content: GangAnswer): void {
  process.send?.({ answer: content });
}
