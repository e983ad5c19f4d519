/**
 * Flattening of constants, variables and arithmetic.
 */
import binaryen from 'binaryen';
import { BINARY, UNARY, unaryTraps } from '../operators.js';
import { bitsOf, type Emitter, type Handler, handles } from './emitter.js';

/** The integer in a constant expression, undefined for floats and vectors. */
export function integerOf(info: binaryen.ConstInfo): bigint | undefined {
  const value: unknown = info.value;
  if (bitsOf(info.type) === 0) return undefined;
  return typeof value === 'bigint' || typeof value === 'number' ? BigInt(value) : undefined;
}

function emitConstant(to: Emitter, info: binaryen.ConstInfo): void {
  const value = integerOf(info);
  if (value === undefined) to.plain('const', info.type, []);
  else to.emit(`const ${value}`, { op: 'constant', bits: bitsOf(info.type), value });
}

function emitLocalGet(to: Emitter, info: binaryen.LocalGetInfo): void {
  to.emit(`local.get ${info.index}`, { op: 'get', slot: info.index });
}

function emitLocalSet(to: Emitter, info: binaryen.LocalSetInfo): void {
  to.expression(info.value);
  const text = `local.${info.isTee ? 'tee' : 'set'} ${info.index}`;
  to.emit(text, { op: 'set', slot: info.index, keeps: info.isTee });
}

function emitGlobalGet(to: Emitter, info: binaryen.GlobalGetInfo): void {
  const fact = to.facts.globals.get(info.name);
  const text = `global.get ${info.name}`;
  if (fact?.kind === 'constant') to.emit(text, { op: 'constant', bits: fact.bits, value: fact.value });
  else if (fact?.kind === 'mutable') to.emit(text, { op: 'get', slot: to.firstGlobal + fact.index });
  else to.plain(text, info.type, []);
}

function emitGlobalSet(to: Emitter, info: binaryen.GlobalSetInfo): void {
  const fact = to.facts.globals.get(info.name);
  if (fact?.kind !== 'mutable') throw new Error(`Cannot flatten: global ${info.name} is set but not mutable`);
  to.expression(info.value);
  to.emit(`global.set ${info.name}`, { op: 'set', slot: to.firstGlobal + fact.index, keeps: false });
}

function emitUnary(to: Emitter, info: binaryen.UnaryInfo): void {
  const name = UNARY.get(info.op);
  if (name === undefined) {
    to.unsupported(`unary operator ${info.op}`, info.type);
  } else if (unaryTraps(name)) {
    to.plain(name, info.type, [info.value], 'trap');
  } else {
    to.expression(info.value);
    to.emit(name, { op: 'compute', name, operands: 1, bits: bitsOf(info.type) });
  }
}

function emitBinary(to: Emitter, info: binaryen.BinaryInfo): void {
  const name = BINARY.get(info.op);
  if (name === undefined) {
    to.unsupported(`binary operator ${info.op}`, info.type);
  } else {
    to.operands(info.left, info.right);
    to.emit(name, { op: 'compute', name, operands: 2, bits: bitsOf(info.type) });
  }
}

function emitSelect(to: Emitter, info: binaryen.SelectInfo): void {
  to.operands(info.ifTrue, info.ifFalse, info.condition);
  to.emit('select', { op: 'select' });
}

/** Handlers of what happens on the stack and in variables. */
export const DATA: readonly [number, Handler][] = [
  handles(binaryen.ConstId, emitConstant),
  handles(binaryen.LocalGetId, emitLocalGet),
  handles(binaryen.LocalSetId, emitLocalSet),
  handles(binaryen.GlobalGetId, emitGlobalGet),
  handles(binaryen.GlobalSetId, emitGlobalSet),
  handles(binaryen.UnaryId, emitUnary),
  handles(binaryen.BinaryId, emitBinary),
  handles(binaryen.SelectId, emitSelect),
  handles(binaryen.DropId, (to, info: binaryen.DropInfo) => to.plain('drop', info.type, [info.value])),
];
