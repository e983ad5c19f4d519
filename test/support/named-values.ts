import assert from 'node:assert/strict';

/** Kinds of values that name themselves; the version decides which it is. */
const makers = [latin1, wide, plain, structured, bytes, buffer] as const;

/**
 * A value that tells whose it is: from its key and version alone it can be made again and compared, so one that is
 * torn, mixed from two versions, or another key's, shows. About `length` bytes, never less than its name.
 */
export function makeValue(key: string, version: number, length: number): unknown {
  return (makers[version % makers.length] ?? latin1)(`${key}:${version}:${length}:`, length);
}

/** Fails unless this is a value of that key, whole and unmixed; its version. */
export function checkValue(value: unknown, key: string): number {
  const name = nameOf(value);
  const [owner = '', version, length] = name.split(':');
  assert.equal(owner, key, `a value of ${JSON.stringify(name.slice(0, 100))} was read for ${key}`);
  const expected = makeValue(key, Number(version), Number(length));
  // much faster than deepEqual for bytes
  const isSame =
    value instanceof Uint8Array && expected instanceof Uint8Array && Buffer.compare(value, expected) === 0;
  if (!isSame) assert.deepEqual(value, expected);
  return Number(version);
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value.replace(/^☃/, '').slice(0, 100);
  if (value instanceof Uint8Array) return Buffer.from(value.subarray(0, 100)).toString('latin1');
  if (value instanceof Map) return String(value.get('name'));
  return String((value as { name?: unknown } | undefined)?.name);
}

function latin1(name: string, length: number): string {
  return name.repeat(Math.ceil(length / name.length));
}

function wide(name: string, length: number): string {
  return `☃${latin1(name, length / 2)}`;
}

function plain(name: string, length: number): object {
  return { name, rest: latin1(name, Math.min(length, 500)), list: [1, true, null, { name }] };
}

function structured(name: string, length: number): Map<string, unknown> {
  return new Map<string, unknown>([
    ['name', name],
    ['rest', latin1(name, length)],
    ['when', new Date(length)],
  ]);
}

function bytes(name: string, length: number): Uint8Array {
  return new Uint8Array(buffer(name, length));
}

function buffer(name: string, length: number): Buffer {
  return Buffer.alloc(Math.max(length, name.length), name, 'latin1');
}
