/**
 * lru-cache-for-clusters-as-promised, of which lru-cache-clustered is the next version: an lru-cache in the primary process
 * of a cluster, asked by its workers over their channel to it.
 * Its users are processes, not threads, so it has a primary of its own here, which hands orders on.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Gang, type GangPlan, type Member } from '../gang.js';
import type { GangAnswer, GangOrder } from '../gang-messages.js';
import { isInstalled, NotInstalled } from '../peer.js';

/** The package. */
export const CLUSTERED = 'lru-cache-for-clusters-as-promised';

/** What the primary is started with. */
export interface ClusterPlan {
  readonly entries: number;
  /** Keys are drawn from so many: as many as the entries, or more. */
  readonly keys: number;
  readonly keyLength: number;
  readonly threads: number;
  readonly pool: number;
}

/** An order for one of the cluster's workers, or an answer of one. */
export interface ClusterMessage<Content> {
  readonly index: number;
  readonly content: Content;
}

/**
 * Starts the cluster; its cache is empty.
 *
 * @throws NotInstalled
 */
export async function openCluster(plan: GangPlan, keys: number): Promise<Gang> {
  if (!(await isInstalled(CLUSTERED))) throw new NotInstalled(CLUSTERED);
  const { threads, pool, wanted } = plan;
  const { entries, keyLength } = wanted;
  const primary = fork(
    fileURLToPath(new URL('./cluster-primary.js', import.meta.url)),
    [JSON.stringify({ entries, keys, keyLength, threads, pool } satisfies ClusterPlan)],
    { serialization: 'advanced' },
  );
  const exit = once(primary, 'exit').then(([code]) => {
    throw new Error(`Cannot measure ${CLUSTERED}: its primary ended with code ${code}`);
  });
  exit.catch(() => {});
  const waiting = new Map<number, (answer: GangAnswer) => void>();
  primary.on('message', ({ index, content }: ClusterMessage<GangAnswer>) => waiting.get(index)?.(content));
  const answerOf = (index: number) =>
    Promise.race([new Promise<GangAnswer>((resolve) => waiting.set(index, resolve)), exit]);
  const members = Array.from(
    { length: threads },
    (_, index): Member => ({
      send: (order) => {
        const answer = answerOf(index);
        primary.send({ index, content: order } satisfies ClusterMessage<GangOrder>);
        return answer;
      },
      end: async () => {},
    }),
  );
  await Promise.all(members.map((_, index) => answerOf(index)));
  return new Gang(members, async () => {
    const gone = exit.catch(() => {});
    primary.disconnect();
    await gone;
  });
}
