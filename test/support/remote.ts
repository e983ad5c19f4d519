import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';

/** What a thread can be asked for: see test/threads/workers/remote.ts. */
export type CommandName =
  | ('create' | 'open' | 'attach' | 'handle' | 'shutdown')
  | ('put' | 'get' | 'has' | 'size' | 'stats' | 'fill')
  | ('startChild' | 'askChild' | 'useAtExit' | 'exit' | 'crash' | 'exhaust');

export interface Question {
  readonly id: number;
  readonly name: CommandName;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  result?: unknown;
  error?: { readonly code: string | undefined; readonly message: string };
}

/** What a command threw in the other thread. */
export class RemoteError extends Error {
  readonly code: string | undefined;

  constructor({ code, message }: NonNullable<Answer['error']>) {
    super(message);
    this.code = code;
  }
}

/** The compiled script of a worker of these tests. */
export function workerUrl(name: string): URL {
  return new URL(`../threads/workers/${name}.js`, import.meta.url);
}

/** A thread that runs the commands of test/threads/workers/remote.ts one by one, as it is asked. */
export class Remote {
  /** Settles when the thread has ended. */
  readonly ended: Promise<unknown>;
  /** What ended it, if it was an error. */
  error: unknown;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  private constructor() {
    this.#worker = new Worker(workerUrl('remote'), { resourceLimits: { maxOldGenerationSizeMb: 64 } });
    this.ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.on('error', (error) => {
      this.error = error;
    });
    this.#worker.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** Starts a thread; with a test, that ends it. */
  static async start(test?: TestContext): Promise<Remote> {
    const remote = new Remote();
    test?.after(() => remote.terminate());
    await once(remote.#worker, 'online');
    return remote;
  }

  /** Starts several. */
  static startAll(test: TestContext, count: number): Promise<Remote[]> {
    return Promise.all(Array.from({ length: count }, () => Remote.start(test)));
  }

  /** Has the thread do something; its answer, or what it threw as a {@link RemoteError}. */
  ask<Result = unknown>(name: CommandName, ...args: unknown[]): Promise<Result> {
    const id = this.#asked++;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#worker.postMessage({ id, name, args } satisfies Question);
    const ended = this.ended.then(
      (): Answer => ({ id, error: { code: 'ENDED', message: 'the thread has ended' } }),
    );
    return Promise.race([answered, ended]).then(({ result, error }) => {
      if (error) throw new RemoteError(error);
      return result as Result;
    });
  }

  /** Ends the thread at once, whatever it is doing. */
  terminate(): Promise<number> {
    return this.#worker.terminate();
  }
}
