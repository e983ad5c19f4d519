/** Contenders that take turns: one thread each, never two at work at a time, the same work for all. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Scene, SeatData, Turn, TurnAnswer } from './turn-messages.js';

/** A contender's heap may become as large as the largest cache needs. */
const MOST_HEAP_MB = 12_288;
/** Rounds in which code is compiled and memory warmed. */
const WARM_ROUNDS = 2;

/** Figures of one contender, one for each round, in nanoseconds for an operation. */
export interface Timing {
  readonly contender: string;
  /** All of the time. */
  readonly nanoseconds: number[];
  /** The median of the batches that a turn consists of: without the moments that somebody else had the processor. */
  readonly typical: number[];
  /** Milliseconds of garbage collection in a million operations, the preparation of keys and values included. */
  readonly gcMs: number[];
}

/** Contenders that could not take part, and why. */
export interface Refusal {
  readonly contender: string;
  readonly why: string;
}

interface Seat {
  readonly contender: string;
  readonly worker: Worker;
}

/** Contenders that have shown, with a kind of values, that they do what a cache does. */
const checked = new Set<string>();

/** Contenders with filled caches, waiting for their turns. */
export class Turns {
  readonly #seats: Seat[] = [];
  readonly refusals: Refusal[] = [];
  #from = 0;

  /** Starts and fills the contenders, one after the other. */
  static async open(scene: Omit<Scene, 'contender'>, contenders: readonly string[]): Promise<Turns> {
    const turns = new Turns();
    try {
      for (const contender of contenders) await turns.#add({ ...scene, contender });
    } catch (error) {
      await turns.close();
      throw error;
    }
    return turns;
  }

  async #add(scene: Scene): Promise<void> {
    const trial = `${scene.contender}, ${scene.value}`;
    const worker = new Worker(new URL('./turn-worker.js', import.meta.url), {
      workerData: { ...scene, isUnchecked: !checked.has(trial) } satisfies SeatData,
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
    });
    const answer = await reply(worker, scene.contender);
    if (answer.kind === 'refused') {
      this.refusals.push({ contender: scene.contender, why: answer.why });
      await worker.terminate();
      return;
    }
    checked.add(trial);
    this.#seats.push({ contender: scene.contender, worker });
  }

  /** Lets each contender have one turn a round, the first one another one each round; the first rounds do not count. */
  async run(turn: Omit<Turn, 'from'>, rounds: number, leftOut: readonly string[] = []): Promise<Timing[]> {
    const seats = this.#seats.filter(({ contender }) => !leftOut.includes(contender));
    const timings = seats.map(({ contender }) => ({
      contender,
      nanoseconds: [] as number[],
      typical: [] as number[],
      gcMs: [] as number[],
    }));
    for (let round = -WARM_ROUNDS; round < rounds; round++) {
      for (let i = 0; i < seats.length; i++) {
        const at = (i + round + WARM_ROUNDS) % seats.length;
        const { worker, contender } = seats[at] as Seat;
        worker.postMessage({ ...turn, from: this.#from } satisfies Turn);
        const answer = await reply(worker, contender);
        if (answer.kind !== 'turn') throw new Error(`Cannot measure ${contender}: it took no turn`);
        if (round < 0) continue;
        timings[at]?.nanoseconds.push(answer.nanoseconds);
        timings[at]?.typical.push(answer.typical);
        timings[at]?.gcMs.push((answer.gcMs / turn.operations) * 1e6);
      }
      this.#from = (this.#from + turn.operations) % turn.draws.length;
    }
    return timings;
  }

  /** Ends the contenders' threads. */
  async close(): Promise<void> {
    await Promise.all(this.#seats.map(({ worker }) => worker.terminate()));
  }
}

async function reply(worker: Worker, contender: string): Promise<TurnAnswer> {
  const ended = new AbortController();
  const death = once(worker, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`Cannot measure ${contender}: its thread ended with code ${code}`);
  });
  try {
    const [answer] = await Promise.race([once(worker, 'message'), death]);
    return answer as TurnAnswer;
  } finally {
    death.catch(() => {});
    ended.abort();
  }
}
