/**
 * From binaryen's expression trees to the flat form of `code.ts`.
 *
 * Operands come before their operator and in order, as in the binary. A kind of expression without a handler becomes an
 * `unsupported` instruction: its operands cannot be seen, so nothing can be promised about the function it stands in.
 */
import binaryen from 'binaryen';
import type { Bits, FlatFunction } from '../code.js';
import { CONTROL } from './control.js';
import { DATA } from './data.js';
import { bitsOf, Emitter, type ModuleFacts } from './emitter.js';
import { MEMORY } from './memory.js';

const HANDLERS = new Map([...CONTROL, ...DATA, ...MEMORY]);

/**
 * Flattens one function.
 *
 * @param info a function with a body, as binaryen describes it
 * @param name the name to report it under
 * @param facts what is known of its module
 * @returns the flat form; it ends with a `return`
 */
export function flatten(info: binaryen.FunctionInfo, name: string, facts: ModuleFacts): FlatFunction {
  const slots: { bits: Bits; starts: 'zero' | 'unknown' }[] = [];
  for (const type of binaryen.expandType(info.params)) slots.push({ bits: bitsOf(type), starts: 'unknown' });
  for (const type of info.vars)
    slots.push({ bits: bitsOf(type), starts: bitsOf(type) === 0 ? 'unknown' : 'zero' });
  const firstGlobal = slots.length;
  for (const bits of facts.mutableGlobals) slots.push({ bits, starts: 'unknown' });
  const emitter = new Emitter(facts, firstGlobal, HANDLERS);
  emitter.expression(info.body);
  emitter.emit('end of the function', { op: 'return' }, 0);
  const { code, otherCmpxchgs, plainStores } = emitter;
  const { lockOffset } = facts;
  return { name, code, slots, firstGlobal, lockOffset, otherCmpxchgs, plainStores };
}
