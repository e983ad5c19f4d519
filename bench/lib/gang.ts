/** Several threads at work on one cache at the same time. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  type GangAnswer,
  type GangData,
  type GangOrder,
  type Load,
  sharedNow,
  type Until,
} from './gang-messages.js';
import { type Latencies, latenciesOf } from './latencies.js';
import type { Wanted } from './local-caches.js';
import type { SharedContender, SharedHost } from './shared/contender.js';

/** Time for an order to reach everybody before they all begin. */
const START_MS = 30;

/** What a gang of threads did in one load. */
export interface LoadResult {
  /** Operations a second, of all together. */
  readonly perSecond: number;
  /** Hits of all gets, 0 … 1. */
  readonly hitRate: number;
}

/** Somebody who takes orders and answers each. */
export interface Member {
  send(order: GangOrder): Promise<GangAnswer>;
  end(): Promise<void>;
}

/** What all gangs of one comparison have in common. */
export interface GangPlan {
  readonly wanted: Wanted;
  readonly threads: number;
  readonly draws: Uint32Array<SharedArrayBuffer>;
  readonly pool: number;
}

/** Threads that share a contender's cache, or have one each. */
export class Gang {
  readonly #members: readonly Member[];
  readonly #end: () => Promise<void> | void;

  constructor(members: readonly Member[], end: () => Promise<void> | void) {
    this.#members = members;
    this.#end = end;
  }

  /** Starts the cache and the threads; the cache is empty. */
  static async open(contender: SharedContender, plan: GangPlan): Promise<Gang> {
    const host = await contender.host(plan.wanted, plan.threads);
    const members: Member[] = [];
    const gang = new Gang(members, () => host.close());
    try {
      for (let index = 0; index < plan.threads; index++)
        members.push(await enlist(contender, host, plan, index));
    } catch (error) {
      await gang.close();
      throw error;
    }
    return gang;
  }

  /** Fills the cache (each member's, where they share none), and lets each member check a sample of it. */
  async fill(entries: number, isShared: boolean): Promise<void> {
    const order: GangOrder = { kind: 'fill', entries };
    await this.#all(order, isShared ? 1 : this.#members.length);
    await this.#all({ kind: 'check', entries });
  }

  /**
   * Loads the cache from so many threads at once, for a time or for so many operations each; each has `lanes` requests
   * under way, where requests take time.
   */
  async load(
    load: Load,
    until: Partial<Until>,
    { threads = this.#members.length, lanes = 1 } = {},
  ): Promise<LoadResult> {
    const whole = { ms: Number.MAX_VALUE, operations: Number.MAX_VALUE, ...until };
    const startAt = sharedNow() + START_MS;
    const answers = await this.#all({ kind: 'load', load, until: whole, lanes, startAt }, threads);
    const loaded = answers.filter((answer) => answer.kind === 'loaded');
    const sum = (of: (one: (typeof loaded)[number]) => number) =>
      loaded.reduce((total, one) => total + of(one), 0);
    return {
      perSecond: sum(({ operations, ms: took }) => operations / took) * 1000,
      hitRate: sum(({ hits }) => hits) / sum(({ gets }) => gets),
    };
  }

  /** How long single operations take, each awaited, under the load of all threads. */
  async latencies(load: Load, ms: number): Promise<Latencies> {
    const answers = await this.#all({ kind: 'latency', load, ms, startAt: sharedNow() + START_MS });
    const samples = answers.flatMap((answer) => (answer.kind === 'latencies' ? [answer.nanoseconds] : []));
    return latenciesOf(samples);
  }

  async #all(order: GangOrder, threads = this.#members.length): Promise<GangAnswer[]> {
    const answers = await Promise.all(this.#members.slice(0, threads).map((member) => member.send(order)));
    for (const answer of answers) if (answer.kind === 'failed') throw new Error(answer.why);
    return answers;
  }

  /** Ends the threads, then the cache. */
  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()));
    await this.#end();
  }
}

async function enlist(
  { name }: SharedContender,
  host: SharedHost,
  { wanted, draws, pool }: GangPlan,
  index: number,
): Promise<Member> {
  const { data, transfer = [] } = host.connection();
  const workerData: GangData = {
    contender: name,
    connection: data,
    index,
    keyLength: wanted.keyLength,
    draws,
    pool,
  };
  const worker = new Worker(new URL('./gang-worker.js', import.meta.url), {
    workerData,
    transferList: transfer,
  });
  const exit = once(worker, 'exit').then(([code]) => {
    throw new Error(`Cannot measure ${name}: a thread of it ended with code ${code}`);
  });
  exit.catch(() => {});
  const answer = async (): Promise<GangAnswer> => {
    const [said] = await Promise.race([once(worker, 'message'), exit]);
    return said;
  };
  await answer();
  return {
    send: (order) => {
      const said = answer();
      worker.postMessage(order);
      return said;
    },
    end: async () => {
      const said = answer();
      worker.postMessage({ kind: 'close' } satisfies GangOrder);
      await said.catch(() => {});
      await worker.terminate();
    },
  };
}
