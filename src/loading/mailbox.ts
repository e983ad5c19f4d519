import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** How a flight has ended, for those who wait for it in other threads; neither value nor failure: look again. */
export interface Landing {
  readonly at: number;
  readonly ticket: number;
  readonly value?: { readonly kind: number; readonly bytes: Uint8Array };
  readonly failure?: Uint8Array;
}

/**
 * What the threads of a cache tell each other about loads. A thread listens only while it waits; posted is only what
 * somebody has asked for. A message that is lost with the thread that would have sent it costs time only: who waits also
 * looks at the flight itself.
 */
export class Mailbox {
  readonly #name: string;
  readonly #deliver: (landing: Landing) => void;
  #channel: BroadcastChannel | undefined;

  constructor(cacheId: string, deliver: (landing: Landing) => void) {
    this.#name = `heddle:${cacheId}`;
    this.#deliver = deliver;
  }

  /** From now on nothing is missed. */
  open(): void {
    if (this.#channel) return;
    const channel = new BroadcastChannel(this.#name);
    channel.onmessage = (event) => this.#deliver((event as { data: Landing }).data);
    this.#channel = channel;
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Delivers what has arrived and was not delivered yet: this thread may have been busy. */
  drain(): void {
    while (this.#channel) {
      // it takes a BroadcastChannel as well, says Node's documentation
      const port = this.#channel as unknown as MessagePort;
      const received = receiveMessageOnPort(port) as { message: Landing } | undefined;
      if (received === undefined) return;
      this.#deliver(received.message);
    }
  }

  post(landing: Landing): void {
    // a message does not come back to the channel it was posted to
    if (this.#channel) {
      this.#channel.postMessage(landing);
      return;
    }
    const channel = new BroadcastChannel(this.#name);
    channel.postMessage(landing);
    channel.close();
  }
}
