/** On the stack these are 64 KiB. */
const many: readonly number[] = new Array(8192).fill(0);

function nothing(): void {}

/**
 * Before what must not be cut off half-way by a stack overflow: throws the RangeError now, while nothing has happened,
 * unless 64 KiB of stack are left. Takes some µs. Node.js itself does not come through an overflow in the constructors of a
 * Worker or a BroadcastChannel: what they leave behind throws later, where nobody can catch it.
 */
export function requireStack(): void {
  Reflect.apply(nothing, undefined, many);
}
