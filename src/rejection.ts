/**
 * Calls back when what a user's function has returned is a promise and is rejected. Also one of another realm or library:
 * nobody else would handle it, and that ends the process.
 */
export function onRejection(returned: unknown, tell: (error: unknown) => void): void {
  if (isThenable(returned)) Promise.resolve(returned).catch(tell);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
