/**
 * The part of binaryen.js that its declarations leave out: reading and replacing the operands of an existing
 * expression. Same functions, with types.
 */
import binaryen from 'binaryen';

type Ref = number;

interface HasPointer {
  getPtr(expression: Ref): Ref;
  setPtr(expression: Ref, pointer: Ref): void;
}

interface HasValue {
  getValue(expression: Ref): Ref;
  setValue(expression: Ref, value: Ref): void;
}

interface Operands {
  Load: HasPointer;
  Store: HasPointer;
  AtomicRMW: HasPointer;
  AtomicCmpxchg: HasPointer;
  LocalSet: HasValue;
  Drop: HasValue;
  Block: { setChildAt(block: Ref, index: number, child: Ref): void };
  If: { setIfTrue(branch: Ref, arm: Ref): void; setIfFalse(branch: Ref, arm: Ref): void };
  Loop: { setBody(loop: Ref, body: Ref): void };
  Function: { setBody(func: Ref, body: Ref): void };
  SideEffects: { ReadsMemory: number; WritesMemory: number };
  /** Declared with a set of features, but it is the module that it wants. */
  getSideEffects(expression: Ref, module: binaryen.Module): number;
}

/** What the declarations leave out or get wrong. */
export const operands: Operands = binaryen as unknown as Operands;

/** Features of the modules the explorer accepts: what AssemblyScript emits for shared memory. */
export const features: number =
  binaryen.Features.Atomics |
  binaryen.Features.MutableGlobals |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.SIMD128 |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.SignExt |
  binaryen.Features.Multivalue |
  binaryen.Features.ReferenceTypes;

/** Whether an expression, or one inside it, reads or writes memory. */
export function touchesMemory(expression: Ref, module: binaryen.Module): boolean {
  const { ReadsMemory, WritesMemory } = operands.SideEffects;
  return (operands.getSideEffects(expression, module) & (ReadsMemory | WritesMemory)) !== 0;
}
