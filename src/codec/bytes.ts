/**
 * Typed arrays as they really are, whatever their class overrides: nothing here runs code of the array's
 * author, and what reads a detached buffer throws a TypeError.
 */
import { types } from 'node:util';

const typedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);

function getterOf<Result>(prototype: object, property: PropertyKey): (self: object) => Result {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, property);
  return Function.prototype.call.bind(descriptor?.get as () => Result);
}

const arrayGetters = {
  buffer: getterOf<ArrayBufferLike>(typedArrayPrototype, 'buffer'),
  byteOffset: getterOf<number>(typedArrayPrototype, 'byteOffset'),
  byteLength: getterOf<number>(typedArrayPrototype, 'byteLength'),
};
const dataViewGetters = {
  buffer: getterOf<ArrayBufferLike>(DataView.prototype, 'buffer'),
  byteOffset: getterOf<number>(DataView.prototype, 'byteOffset'),
  byteLength: getterOf<number>(DataView.prototype, 'byteLength'),
};
const arrayKeys: (self: object) => unknown = Function.prototype.call.bind(
  Reflect.get(typedArrayPrototype, 'keys'),
);
const arrayName = getterOf<string | undefined>(typedArrayPrototype, Symbol.toStringTag);

/** The bytes a typed array or DataView covers, as a plain Uint8Array over the same memory. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  const get = types.isDataView(view) ? dataViewGetters : arrayGetters;
  return new Uint8Array(get.buffer(view), get.byteOffset(view), get.byteLength(view));
}

/** The name of the built-in class behind a view; a Buffer's is `'Uint8Array'`. */
export function viewName(view: ArrayBufferView): string {
  return arrayName(view) ?? 'DataView';
}

/** How many bytes an array has; 0 when its buffer is detached. */
export const lengthOfBytes: (bytes: Uint8Array) => number = arrayGetters.byteLength;

/** Throws a TypeError for a view whose buffer is detached, or has become too small for it. */
export function requireAttached(view: ArrayBufferView): void {
  if (types.isDataView(view)) dataViewGetters.byteLength(view);
  // an array's length reads as 0 then; only using it tells it from an empty one
  else if (arrayGetters.byteLength(view) === 0) arrayKeys(view);
}

/** A copy of a part of shared memory in a buffer of its own that is exactly as large. */
export function copyOut(memory: Buffer, start: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint8Array(memory.buffer, memory.byteOffset + start, length));
}
