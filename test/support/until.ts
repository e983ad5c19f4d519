import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/** Far more than anything here takes: reached only when it never happens. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 5;

/** Waits until a condition holds; fails with what was waited for when it never does. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`waited ${patienceMs / 1000} s in vain: ${typeof what === 'string' ? what : what()}`);
    }
    await sleep(PAUSE_MS);
  }
}

/** The same without giving way to anything: this thread does nothing else meanwhile. */
export function spinUntil(condition: () => boolean, what: string): void {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`spun ${PATIENCE_MS / 1000} s in vain: ${what}`);
  }
}

/** Looks at something again and again until a promise is settled; what that has come to. */
export async function lookWhile<Result>(promise: Promise<Result>, look: () => void): Promise<Result> {
  let isPending = true;
  const settle = () => {
    isPending = false;
  };
  promise.then(settle, settle);
  for (; isPending; await turn()) look();
  return promise;
}
