/**
 * Flattening of blocks, branches and calls.
 */
import binaryen from 'binaryen';
import type { Jump } from '../code.js';
import { type Emitter, type Handler, handles, valuesOf } from './emitter.js';

function emitBlock(to: Emitter, info: binaryen.BlockInfo): void {
  const body = (): void => to.operands(...info.children);
  to.labelled(info.name, valuesOf(info.type), body, () => to.code.length);
}

function emitIf(to: Emitter, info: binaryen.IfInfo): void {
  to.expression(info.condition);
  to.height -= 1;
  const { height } = to;
  const toElse: Jump = { target: -1, height, carried: 0 };
  const toEnd: Jump = { target: -1, height, carried: valuesOf(info.type) };
  to.emit('if', { op: 'branch', to: toElse, when: false });
  to.expression(info.ifTrue);
  if (info.ifFalse !== 0) to.emit('else', { op: 'jump', to: toEnd }, 0);
  toElse.target = to.code.length;
  to.height = height;
  to.operands(info.ifFalse);
  toEnd.target = to.code.length;
}

function emitLoop(to: Emitter, info: binaryen.LoopInfo): void {
  const start = to.code.length;
  const assigned = new Set<number>();
  const inside = to.looped(() => {
    to.emit('loop', { op: 'loop', assigned });
    to.labelled(
      info.name,
      0,
      () => to.expression(info.body),
      () => start,
    );
  });
  for (const slot of inside) assigned.add(slot);
}

function emitBreak(to: Emitter, info: binaryen.BreakInfo): void {
  to.operands(info.value, info.condition);
  const jump = to.jumpTo(info.name);
  if (info.condition === 0) to.emit('br', { op: 'jump', to: jump });
  else to.emit('br_if', { op: 'branch', to: jump, when: true });
}

function emitSwitch(to: Emitter, info: binaryen.SwitchInfo): void {
  to.operands(info.value, info.condition);
  const cases = info.names.map((name) => to.jumpTo(name));
  to.emit('br_table', { op: 'switch', cases, otherwise: to.jumpTo(info.defaultName) });
}

function emitCall(to: Emitter, info: binaryen.CallInfo): void {
  to.plain(`call ${info.target}`, info.type, info.operands, 'call');
  if (info.isReturn) to.emit('return_call', { op: 'return' }, 0);
}

function emitCallIndirect(to: Emitter, info: binaryen.CallIndirectInfo): void {
  to.plain('call_indirect', info.type, [...info.operands, info.target], 'call');
  if (info.isReturn) to.emit('return_call_indirect', { op: 'return' }, 0);
}

function emitReturn(to: Emitter, info: binaryen.ReturnInfo): void {
  to.operands(info.value);
  to.emit('return', { op: 'return' });
}

/** Handlers of control flow. */
export const CONTROL: readonly [number, Handler][] = [
  handles(binaryen.BlockId, emitBlock),
  handles(binaryen.IfId, emitIf),
  handles(binaryen.LoopId, emitLoop),
  handles(binaryen.BreakId, emitBreak),
  handles(binaryen.SwitchId, emitSwitch),
  handles(binaryen.CallId, emitCall),
  handles(binaryen.CallIndirectId, emitCallIndirect),
  handles(binaryen.ReturnId, emitReturn),
  handles(binaryen.UnreachableId, (to) => to.emit('unreachable', { op: 'unreachable' })),
  handles(binaryen.NopId, () => undefined),
];
