/**
 * Symbolic values: what the checker knows about a number at a point of the code.
 *
 * A value is a constant, an unknown with a name (a parameter, the result of one load), or an integer operator over such.
 * Equal keys mean equal numbers, which is how `cmpxchg(address, seen, taken) == seen` is recognised whatever locals the
 * two `seen` travelled through. `NOTHING` is the exception: nothing is known, not even that it equals itself.
 *
 * Floats are never combined: a NaN differs from itself.
 */
import type { Bits } from './code.js';

/** A symbolic value; immutable, compared by `key`. */
export interface Value {
  readonly key: string;
  readonly bits: Bits;
  /** The number, where it is known, as a signed integer of `bits` bits. */
  readonly constant?: bigint;
  /** Known to be 0 or 1. */
  readonly isBoolean: boolean;
  /** Names of the unknowns inside. */
  readonly roots: readonly string[];
  /** How it was computed, for operators. */
  readonly name?: string;
  readonly operands?: readonly Value[];
}

/** The value of which nothing is known. */
export const NOTHING: Value = { key: '?', bits: 0, isBoolean: false, roots: [] };

/** Longer keys are replaced by a fresh unknown: an expression this deep decides nothing about a lock. */
const KEY_LIMIT = 240;

/** A known number. */
export function constant(bits: Bits, value: bigint): Value {
  const number = BigInt.asIntN(bits, value);
  return {
    key: `${number}:${bits}`,
    bits,
    constant: number,
    isBoolean: number === 0n || number === 1n,
    roots: [],
  };
}

/** A number of which only the name is known. */
export function unknown(name: string, bits: Bits): Value {
  return { key: name, bits, isBoolean: false, roots: [name] };
}

/** The negation of a value that is 0 or 1. */
export function not(value: Value): Value {
  if (value.constant !== undefined) return constant(32, value.constant === 0n ? 1n : 0n);
  const inner = value.operands?.[0];
  if (value.name === 'Not' && inner?.bits === 32) return inner;
  if (value.name === 'ExtendUInt32' && inner?.isBoolean) return not(inner);
  return combined('Not', [value], 32);
}

/** Whether two values are certainly the same number. */
export function same(a: Value, b: Value): boolean {
  return a.key === b.key && a !== NOTHING;
}

/**
 * Where an address points, apart from what is not known of it.
 *
 * @param address a 32-bit value
 * @param offset a static offset to add
 * @returns the unknown part, empty for a constant address, and the constant distance from it; undefined for an address
 *   of which nothing is known
 */
export function place(
  address: Value,
  offset: number,
): { readonly base: string; readonly distance: number } | undefined {
  if (address === NOTHING) return undefined;
  if (address.constant !== undefined) return { base: '', distance: Number(address.constant) + offset };
  const sum = address.name === 'AddInt32' ? sumOf(address) : undefined;
  if (!sum) return { base: address.key, distance: offset };
  return { base: sum.base.key, distance: Number(sum.added) + offset };
}

/** The parts of a sum of something unknown and a constant; undefined for a sum of two unknowns. */
function sumOf({ operands }: Value): { readonly base: Value; readonly added: bigint } | undefined {
  const [a, b] = operands ?? [];
  if (a && b?.constant !== undefined) return { base: a, added: b.constant };
  return a?.constant !== undefined && b ? { base: b, added: a.constant } : undefined;
}

type Arithmetic = (a: bigint, b: bigint, bits: number) => bigint;

const unsigned = (value: bigint, bits: number): bigint => BigInt.asUintN(bits, value);
const distance = (value: bigint, bits: number): bigint => unsigned(value, bits) % BigInt(bits);
const flag = (condition: boolean): bigint => (condition ? 1n : 0n);

const ARITHMETIC: ReadonlyMap<string, Arithmetic> = new Map<string, Arithmetic>([
  ['Add', (a, b) => a + b],
  ['Sub', (a, b) => a - b],
  ['Mul', (a, b) => a * b],
  ['And', (a, b) => a & b],
  ['Or', (a, b) => a | b],
  ['Xor', (a, b) => a ^ b],
  ['Shl', (a, b, bits) => a << distance(b, bits)],
  ['ShrU', (a, b, bits) => unsigned(a, bits) >> distance(b, bits)],
  ['ShrS', (a, b, bits) => a >> distance(b, bits)],
  ['Eq', (a, b) => flag(a === b)],
  ['LtS', (a, b) => flag(a < b)],
  ['LeS', (a, b) => flag(a <= b)],
  ['GtS', (a, b) => flag(a > b)],
  ['GeS', (a, b) => flag(a >= b)],
  ['LtU', (a, b, bits) => flag(unsigned(a, bits) < unsigned(b, bits))],
  ['LeU', (a, b, bits) => flag(unsigned(a, bits) <= unsigned(b, bits))],
  ['GtU', (a, b, bits) => flag(unsigned(a, bits) > unsigned(b, bits))],
  ['GeU', (a, b, bits) => flag(unsigned(a, bits) >= unsigned(b, bits))],
]);

const COMPARISONS = new Set(['Eq', 'LtS', 'LeS', 'GtS', 'GeS', 'LtU', 'LeU', 'GtU', 'GeU']);
const TRUE_OF_SAME = new Set(['Eq', 'LeS', 'GeS', 'LeU', 'GeU']);
const ZERO_OF_SAME = new Set(['Sub', 'Xor', 'LtS', 'GtS', 'LtU', 'GtU']);
const ITSELF_OF_SAME = new Set(['And', 'Or']);
const ITSELF_WITH_ZERO = new Set(['Add', 'Or', 'Xor']);
const COMMUTATIVE = new Set(['Eq', 'And', 'Or', 'Xor', 'Add', 'Mul']);

function combined(name: string, operands: readonly Value[], bits: Bits): Value {
  const key = `${name}(${operands.map((operand) => operand.key).join(',')})`;
  const roots = [...new Set(operands.flatMap((operand) => operand.roots))];
  const stem = name.replace(/Int(32|64)$/, '');
  const booleans = operands.every((operand) => operand.isBoolean);
  const isBoolean =
    stem === 'Not' || COMPARISONS.has(stem) || (booleans && /^(And|Or|Xor|ExtendU)$/.test(stem));
  return { key, bits, isBoolean, roots, name, operands };
}

function equality(width: string, a: Value, b: Value): Value {
  for (const [value, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (value.isBoolean && other.constant === 0n) return not(value);
    if (value.isBoolean && other.constant === 1n && value.bits === 32) return value;
  }
  return combined(`Eq${width}`, a.key < b.key ? [a, b] : [b, a], 32);
}

function binary(name: string, bits: Bits, a: Value, b: Value): Value {
  const [stem, width] = [name.replace(/Int(32|64)$/, ''), name.endsWith('32') ? 'Int32' : 'Int64'];
  if (stem === 'Ne') return not(binary(`Eq${width}`, 32, a, b));
  const arithmetic = ARITHMETIC.get(stem);
  if (arithmetic && a.constant !== undefined && b.constant !== undefined) {
    return constant(bits, arithmetic(a.constant, b.constant, width === 'Int32' ? 32 : 64));
  }
  if (same(a, b)) {
    if (TRUE_OF_SAME.has(stem)) return constant(bits, 1n);
    if (ZERO_OF_SAME.has(stem)) return constant(bits, 0n);
    if (ITSELF_OF_SAME.has(stem)) return a;
  }
  if (stem === 'Eq') return equality(width, a, b);
  // Compilers write x + 64 as x - -64, which is shorter; and sums of sums come from the fields of arrays' elements.
  if (stem === 'Sub' && b.constant !== undefined) {
    return binary(`Add${width}`, bits, a, constant(b.bits, -b.constant));
  }
  const inner = stem === 'Add' && b.constant !== undefined && a.name === name ? sumOf(a) : undefined;
  if (inner && b.constant !== undefined) {
    return binary(name, bits, inner.base, constant(b.bits, inner.added + b.constant));
  }
  for (const [value, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (!COMMUTATIVE.has(stem) || other.constant === undefined) continue;
    if (other.constant === 0n && ITSELF_WITH_ZERO.has(stem)) return value;
    if (other.constant === 0n && stem === 'And') return other;
    if (other.constant === 1n && stem === 'And' && value.isBoolean) return value;
  }
  return combined(name, COMMUTATIVE.has(stem) && b.key < a.key ? [b, a] : [a, b], bits);
}

function unary(name: string, bits: Bits, a: Value): Value {
  if (name.startsWith('EqZ')) return binary(`Eq${name.slice(3)}`, 32, a, constant(a.bits, 0n));
  if (name === 'Not') return not(a);
  if (a.constant !== undefined) {
    if (name === 'WrapInt64' || name === 'ExtendSInt32') return constant(bits, a.constant);
    if (name === 'ExtendUInt32') return constant(bits, unsigned(a.constant, 32));
  }
  const inner = a.operands?.[0];
  if (name === 'WrapInt64' && inner && /^Extend[SU]Int32$/.test(a.name ?? '')) return inner;
  return combined(name, [a], bits);
}

/**
 * The value of an operator over known operands.
 *
 * @param name the operator, as in `operators.ts`
 * @param bits the width of its result
 * @param operands one or two values
 * @returns the value, or undefined where none can be named: a float is involved, an operand is unknown even to itself,
 *   or the expression has grown too long. The caller then makes a fresh unknown.
 */
export function compute(name: string, bits: Bits, operands: readonly Value[]): Value | undefined {
  const [a, b] = operands;
  if (a === undefined || bits === 0 || operands.some(({ bits }) => bits === 0)) return undefined;
  if (name.includes('Float')) return undefined;
  const value = b === undefined ? unary(name, bits, a) : binary(name, bits, a, b);
  return value.key.length > KEY_LIMIT ? undefined : value;
}
