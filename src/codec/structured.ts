/**
 * Structured clone to bytes and back, by V8's own serializer.
 *
 * Node's `v8.serialize` believes an overridden `byteLength`, and `v8.deserialize` returns typed arrays that
 * are windows into the message or into Node's buffer pool. Here views are measured by their intrinsics, and
 * each comes back with a buffer of its own, exactly as large. A Buffer stays a Buffer.
 */
import { DefaultSerializer, Deserializer } from 'node:v8';
import { describe } from '../errors.js';
import { bytesOf, requireAttached, viewName } from './bytes.js';

type ViewClass = new (buffer: ArrayBuffer) => ArrayBufferView;

/** A view's class travels as its index here; 0 is a Buffer. */
const viewClasses: readonly ViewClass[] = [
  Uint8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  // Newer than Node 20.
  ...[(globalThis as { Float16Array?: ViewClass }).Float16Array].filter((made) => made !== undefined),
];
const BUFFER = 0;

class ValueWriter extends DefaultSerializer {
  /** Called for every view, and for objects that only their own C++ code can read, which cannot be kept. */
  _writeHostObject(object: object): void {
    const index = ArrayBuffer.isView(object) ? viewIndex(object) : -1;
    if (!ArrayBuffer.isView(object) || index < 0)
      throw new TypeError(`${describe(object)} could not be cloned`);
    requireAttached(object);
    const bytes = bytesOf(object);
    this.writeUint32(index);
    this.writeUint32(bytes.length);
    this.writeRawBytes(bytes);
  }
}

function viewIndex(view: ArrayBufferView): number {
  return Buffer.isBuffer(view) ? BUFFER : viewClasses.findLastIndex(({ name }) => name === viewName(view));
}

class ValueReader extends Deserializer {
  _readHostObject(): ArrayBufferView {
    const index = this.readUint32();
    const { buffer } = new Uint8Array(this.readRawBytes(this.readUint32()));
    const View = viewClasses[index] ?? DataView;
    return index === BUFFER ? Buffer.from(buffer) : new View(buffer);
  }
}

function write(value: unknown): Buffer {
  const writer = new ValueWriter();
  writer.writeHeader();
  writer.writeValue(value);
  return writer.releaseBuffer();
}

const emptyObject = write({});

/**
 * Writes a value as structured clone would; throws what it throws, and what the value's getters throw. But of an instance
 * of a class something must be left: a URL, a Response, a Blob or what has private fields only would come back as `{}`.
 */
export function serialize(value: unknown): Uint8Array {
  const bytes = write(value);
  if (bytes.equals(emptyObject) && isInstance(value as object)) {
    throw new TypeError(`${describe(value)} could not be cloned: it has no enumerable property of its own`);
  }
  return bytes;
}

/** Whether there is a class behind an object: `{}`, of whatever realm, has one prototype or none. */
function isInstance(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/** Reads what {@link serialize} wrote. The value may keep parts of `bytes`, which must be a private copy. */
export function deserialize(bytes: Uint8Array): unknown {
  const reader = new ValueReader(bytes);
  reader.readHeader();
  return reader.readValue();
}
