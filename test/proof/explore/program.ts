/**
 * What a simulated thread does: a generator that hands out commands and is resumed with their results.
 *
 *     function* program(world: World): Program {
 *       world.write(scratch, encode('a'));             // JavaScript in between runs without interruption
 *       const found = yield* call('get', scratch, 1);  // any other thread may run inside the call
 *     }
 *
 * Threads may communicate through the memory only. JavaScript variables that several programs share are fine for
 * collecting results; a decision that depends on them is not seen by the explorer, except through when().
 */

export type WasmValue = number | bigint;

/** One step of a program; made by the functions below. */
export type Command =
  | { readonly type: 'call'; readonly name: string; readonly args: readonly WasmValue[] }
  | { readonly type: 'access'; readonly write: boolean; readonly address: number; readonly length: number }
  | { readonly type: 'when'; readonly condition: () => boolean };

export type Reply = WasmValue | boolean | undefined;

export type Program = Generator<Command, void, Reply>;

/** Part of a program that has a result. */
export type Step<Result> = Generator<Command, Result, Reply>;

/** Calls an export; its i32 or f64 result, 0 when it has none. */
export function* call(name: string, ...args: WasmValue[]): Step<number> {
  const reply = yield { type: 'call', name, args };
  if (typeof reply === 'bigint') throw new TypeError(`Cannot call ${name}: it returns 64 bits, use callLong`);
  return Number(reply ?? 0);
}

/** Calls an export that returns 64 bits. */
export function* callLong(name: string, ...args: WasmValue[]): Step<bigint> {
  const reply = yield { type: 'call', name, args };
  if (typeof reply !== 'bigint')
    throw new TypeError(`Cannot call ${name}: it does not return 64 bits, use call`);
  return reply;
}

/**
 * Waits until a condition on JavaScript state holds, such as the death of another thread. False when it does not
 * hold and no other thread can go on.
 */
export function* when(condition: () => boolean): Step<boolean> {
  return (yield { type: 'when', condition }) === true;
}

/** A scheduling point of its own in front of an access that JavaScript makes: what follows up to the next yield. */
export function* access(address: number, length: number, write: boolean): Step<void> {
  if (length > 0) yield { type: 'access', write, address, length };
}

/** Reads bytes as JavaScript does when it copies a value out: in several pieces, each a step of its own. */
export function* readBytes(
  memory: Uint8Array,
  address: number,
  length: number,
  pieces = 2,
): Step<Uint8Array> {
  const copy = new Uint8Array(length);
  const size = pieceSize(length, pieces);
  for (let start = 0; start < length; start += size) {
    const end = Math.min(start + size, length);
    yield* access(address + start, end - start, false);
    copy.set(memory.subarray(address + start, address + end), start);
  }
  return copy;
}

/** Writes bytes as JavaScript does, in several pieces, each a step of its own. */
export function* writeBytes(memory: Uint8Array, address: number, bytes: Uint8Array, pieces = 2): Step<void> {
  const size = pieceSize(bytes.length, pieces);
  for (let start = 0; start < bytes.length; start += size) {
    const end = Math.min(start + size, bytes.length);
    yield* access(address + start, end - start, true);
    memory.set(bytes.subarray(start, end), address + start);
  }
}

/** Bytes of one of several pieces: whole words, so that a piece ends where a copy loop could be interrupted. */
export function pieceSize(length: number, pieces: number): number {
  return Math.max(8, Math.ceil(length / pieces / 8) * 8);
}
