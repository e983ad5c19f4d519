import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** Channels that are tried for one message. */
const ATTEMPTS = 4;

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
    // who waits without blocking has a timer that keeps the process alive; who was cut off while it blocked has not
    channel.unref();
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

  /** Through the channel it listens by, since a message does not come back to where it was posted, or one for just this. */
  post(landing: Landing): void {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const channel = this.#channel ?? new BroadcastChannel(this.#name);
      const isPosted = tryPost(channel, landing);
      if (channel !== this.#channel) channel.close();
      if (isPosted) return;
      if (this.#channel) {
        // neither does it hear anything
        this.close();
        this.open();
      }
    }
  }
}

/**
 * Whether it was posted. When another thread closes the last channel of a name while this one opens one, Node.js may make a
 * channel that belongs to no other (20 to 26: one in 30,000 where three threads do nothing else), which says so by throwing.
 */
function tryPost(channel: BroadcastChannel, landing: Landing): boolean {
  try {
    channel.postMessage(landing);
    return true;
  } catch {
    return false;
  }
}
