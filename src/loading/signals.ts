/** Who waits under one signal, by one listener for all of them: Node takes more than ten for a leak. */
class Group {
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<(reason: unknown) => void>();
  readonly #tell = () => {
    for (const abort of this.#waiting) abort(this.#signal.reason);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(abort: (reason: unknown) => void): void {
    if (this.#waiting.size === 0) this.#signal.addEventListener('abort', this.#tell);
    this.#waiting.add(abort);
  }

  delete(abort: (reason: unknown) => void): void {
    this.#waiting.delete(abort);
    if (this.#waiting.size === 0) this.#signal.removeEventListener('abort', this.#tell);
  }
}

const groups = new WeakMap<AbortSignal, Group>();

function groupOf(signal: AbortSignal): Group {
  const known = groups.get(signal);
  if (known) return known;
  const group = new Group(signal);
  groups.set(signal, group);
  return group;
}

/** What a promise comes to, or the reason of the signal if that is aborted before. Leaves no listener behind. */
export async function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const group = groupOf(signal);
  let abort = (_: unknown) => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = reject;
  });
  group.add(abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    group.delete(abort);
  }
}
