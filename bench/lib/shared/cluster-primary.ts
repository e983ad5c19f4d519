/** The primary of a cluster whose workers share lru-cache-for-clusters-as-promised: it has the cache, and hands orders on. @module */
import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { GangAnswer, GangOrder } from '../gang-messages.js';
import { peerExport } from '../peer.js';
import { CLUSTERED, type ClusterMessage, type ClusterPlan } from './cluster.js';

const plan: ClusterPlan = JSON.parse(process.argv[2] ?? '');
// it answers its workers from the moment it is loaded
await peerExport(CLUSTERED, 'default');
cluster.setupPrimary({
  exec: fileURLToPath(new URL('./cluster-member.js', import.meta.url)),
  args: [JSON.stringify(plan)],
});
const workers = Array.from({ length: plan.threads }, (_, index) => start(index));

process.on('message', ({ index, content }: ClusterMessage<GangOrder>) =>
  workers[index]?.send({ order: content }),
);
// whoever started this is through with it, or gone
process.on('disconnect', () => {
  for (const worker of workers) worker.process.kill();
  process.exit();
});

function start(index: number): Worker {
  const worker = cluster.fork({ HEDDLE_BENCH_INDEX: String(index) });
  worker.on('message', ({ answer }: { answer?: GangAnswer }) => {
    if (answer === undefined) return;
    // typed arrays come through this channel as objects
    const content: GangAnswer =
      answer.kind === 'latencies'
        ? { kind: 'latencies', nanoseconds: Float64Array.from(Object.values(answer.nanoseconds)) }
        : answer;
    process.send?.({ index, content } satisfies ClusterMessage<GangAnswer>);
  });
  worker.on('exit', (code) => {
    if (code !== 0) process.exit(1);
  });
  return worker;
}
