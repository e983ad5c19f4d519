/**
 * Names and traps of WebAssembly's arithmetic.
 *
 * Binaryen numbers unary and binary operators separately; the names here are the ones its JavaScript interface exports.
 */
import binaryen from 'binaryen';

const INTEGERS = ['Int32', 'Int64'];
const FLOATS = ['Float32', 'Float64'];

function named(prefixes: readonly string[], suffixes: readonly string[]): string[] {
  return prefixes.flatMap((prefix) => suffixes.map((suffix) => prefix + suffix));
}

const UNARY_NAMES = [
  ...named(['Clz', 'Ctz', 'Popcnt', 'EqZ', 'ExtendS8', 'ExtendS16', 'Reinterpret'], INTEGERS),
  ...named(['Neg', 'Abs', 'Ceil', 'Floor', 'Trunc', 'Nearest', 'Sqrt', 'Reinterpret'], FLOATS),
  ...['ExtendSInt32', 'ExtendUInt32', 'WrapInt64', 'ExtendS32Int64', 'PromoteFloat32', 'DemoteFloat64'],
  ...named(named(['TruncS', 'TruncU', 'TruncSatS', 'TruncSatU'], ['Float32To', 'Float64To']), INTEGERS),
  ...named(named(['ConvertS', 'ConvertU'], ['Int32To', 'Int64To']), FLOATS),
];

const BINARY_NAMES = [
  ...named(
    ['Add', 'Sub', 'Mul', 'DivS', 'DivU', 'RemS', 'RemU', 'And', 'Or', 'Xor', 'Shl', 'ShrU', 'ShrS'],
    INTEGERS,
  ),
  ...named(['RotL', 'RotR', 'Eq', 'Ne', 'LtS', 'LtU', 'LeS', 'LeU', 'GtS', 'GtU', 'GeS', 'GeU'], INTEGERS),
  ...named(
    ['Add', 'Sub', 'Mul', 'Div', 'CopySign', 'Min', 'Max', 'Eq', 'Ne', 'Lt', 'Le', 'Gt', 'Ge'],
    FLOATS,
  ),
];

function numbered(names: readonly string[]): Map<number, string> {
  const constants = new Map<string, unknown>(Object.entries(binaryen));
  const result = new Map<number, string>();
  for (const name of names) {
    const id = constants.get(name);
    if (typeof id !== 'number') throw new Error(`Cannot number operators: binaryen does not know ${name}`);
    if (result.has(id))
      throw new Error(`Cannot number operators: ${name} and ${result.get(id)} share a number`);
    result.set(id, name);
  }
  return result;
}

/** Unary operators by binaryen's number. */
export const UNARY: ReadonlyMap<number, string> = numbered(UNARY_NAMES);

/** Binary operators by binaryen's number. */
export const BINARY: ReadonlyMap<number, string> = numbered(BINARY_NAMES);

/** Whether a unary operator traps for some operand: float to integer without saturation. */
export function unaryTraps(name: string): boolean {
  return /^Trunc[SU]Float/.test(name);
}

/** Whether a binary operator traps for some divisor: integer division and remainder. */
export function divides(name: string): boolean {
  return /^(Div|Rem)[SU]Int/.test(name);
}

/**
 * Whether a division by this known divisor can trap.
 *
 * @param name the operator
 * @param divisor the divisor where it is a known constant, as a signed number
 * @returns true for an unknown divisor, for 0, and for a signed division by -1, which overflows for the least integer
 */
export function divisionTraps(name: string, divisor: bigint | undefined): boolean {
  if (divisor === undefined || divisor === 0n) return true;
  return name.startsWith('DivS') && divisor === -1n;
}
