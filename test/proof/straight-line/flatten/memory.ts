/**
 * Flattening of memory accesses; here the accesses of lock words are told from all others.
 */
import binaryen from 'binaryen';
import type { OtherCmpxchg } from '../code.js';
import { integerOf } from './data.js';
import { type Emitter, type Handler, handles } from './emitter.js';

function typeName(type: binaryen.Type): string {
  const names = new Map([
    [binaryen.i32, 'i32'],
    [binaryen.i64, 'i64'],
    [binaryen.f32, 'f32'],
    [binaryen.f64, 'f64'],
  ]);
  return names.get(type) ?? 'other';
}

function emitLoad(to: Emitter, info: binaryen.LoadInfo): void {
  const kind = info.isAtomic ? 'atomic.load' : 'load';
  to.plain(`${typeName(info.type)}.${kind}${info.bytes * 8} offset=${info.offset}`, info.type, [info.ptr]);
}

function emitStore(to: Emitter, info: binaryen.StoreInfo): void {
  const { ptr, value, isAtomic: atomic, bytes, offset } = info;
  const type = binaryen.getExpressionType(value);
  const text = `${typeName(type)}.${atomic ? 'atomic.store' : 'store'}${bytes * 8} offset=${offset}`;
  const atLock = offset === to.facts.lockOffset;
  if (atLock && !atomic) to.plainStores += 1;
  if (atLock && atomic && bytes === 8 && type === binaryen.i64) {
    to.operands(ptr, value);
    to.emit(text, { op: 'release' });
  } else {
    to.write(text, info.type, [ptr, value], { offset, bytes, atomic, keepsWithZero: false });
  }
}

const KEEP_WITH_ZERO: ReadonlySet<number> = new Set([
  binaryen.AtomicRMWAdd,
  binaryen.AtomicRMWSub,
  binaryen.AtomicRMWOr,
  binaryen.AtomicRMWXor,
]);

function emitRmw(to: Emitter, info: binaryen.AtomicRMWInfo): void {
  const { op, ptr, value, bytes, offset } = info;
  const text = `${typeName(info.type)}.atomic.rmw${bytes * 8} offset=${offset}`;
  const keepsWithZero = KEEP_WITH_ZERO.has(op);
  to.write(text, info.type, [ptr, value], { offset, bytes, atomic: true, keepsWithZero });
}

/** What an address expression tells by itself. */
function addressed(ptr: binaryen.ExpressionRef, offset: number): OtherCmpxchg {
  const info = binaryen.getExpressionInfo(ptr);
  if (info.id === binaryen.ConstId) {
    return { address: 'fixed', offset: offset + Number(integerOf(info as binaryen.ConstInfo) ?? 0n) };
  }
  if (info.id !== binaryen.BinaryId) return { address: 'computed', offset };
  const { op, right } = info as binaryen.BinaryInfo;
  const isConstant = binaryen.getExpressionId(right) === binaryen.ConstId;
  const added = isConstant ? integerOf(binaryen.getExpressionInfo(right) as binaryen.ConstInfo) : undefined;
  if (added === undefined) return { address: 'computed', offset };
  if (op === binaryen.AddInt32) return { address: 'computed', offset: offset + Number(added) };
  if (op === binaryen.SubInt32) return { address: 'computed', offset: offset - Number(added) };
  return { address: 'computed', offset };
}

function emitCmpxchg(to: Emitter, info: binaryen.AtomicCmpxchgInfo): void {
  const { ptr, expected, replacement, bytes, offset } = info;
  const text = `${typeName(info.type)}.atomic.rmw${bytes * 8}.cmpxchg offset=${offset}`;
  const atLock = offset === to.facts.lockOffset;
  if (!atLock) to.otherCmpxchgs.push(addressed(ptr, offset));
  if (atLock && bytes === 8 && info.type === binaryen.i64) {
    to.operands(ptr, expected, replacement);
    to.emit(text, { op: 'acquire' });
  } else {
    const write = { offset, bytes, atomic: true, keepsWithZero: false };
    to.write(text, info.type, [ptr, expected, replacement], write);
  }
}

function emitWait(to: Emitter, info: binaryen.AtomicWaitInfo): void {
  to.plain('memory.atomic.wait', info.type, [info.ptr, info.expected, info.timeout], 'wait');
}

function emitNotify(to: Emitter, info: binaryen.AtomicNotifyInfo): void {
  to.plain('memory.atomic.notify', info.type, [info.ptr, info.notifyCount], 'wait');
}

function emitCopy(to: Emitter, info: binaryen.MemoryCopyInfo): void {
  to.plain('memory.copy', info.type, [info.dest, info.source, info.size]);
}

function emitFill(to: Emitter, info: binaryen.MemoryFillInfo): void {
  to.plain('memory.fill', info.type, [info.dest, info.value, info.size]);
}

function emitGrow(to: Emitter, info: binaryen.MemoryGrowInfo): void {
  to.plain('memory.grow', info.type, [info.delta], 'grow');
}

/** Handlers of accesses to memory. */
export const MEMORY: readonly [number, Handler][] = [
  handles(binaryen.LoadId, emitLoad),
  handles(binaryen.StoreId, emitStore),
  handles(binaryen.AtomicRMWId, emitRmw),
  handles(binaryen.AtomicCmpxchgId, emitCmpxchg),
  handles(binaryen.AtomicWaitId, emitWait),
  handles(binaryen.AtomicNotifyId, emitNotify),
  handles(binaryen.AtomicFenceId, (to, info) => to.plain('atomic.fence', info.type, [])),
  handles(binaryen.MemoryCopyId, emitCopy),
  handles(binaryen.MemoryFillId, emitFill),
  handles(binaryen.MemorySizeId, (to, info) => to.plain('memory.size', info.type, [])),
  handles(binaryen.MemoryGrowId, emitGrow),
];
