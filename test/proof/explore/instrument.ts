/**
 * Turns a compiled module into one whose functions are coroutines that report every access to memory.
 *
 *   flatten      every operand becomes a local or a constant, so that a call put in front of an instruction
 *                comes after everything the instruction depends on
 *   report       pointer → explore.access(pointer, site), which returns the pointer; copy, fill, wait and notify
 *                become imports altogether; enter, loop and return call explore.interrupt(site)
 *   asyncify     any of these imports may unwind the whole stack into memory and come back later
 *
 * The result is not optimized: with optimization an exploration takes a fifth less, and this here a few seconds more.
 * Fences are left alone: the exploration is sequentially consistent, where a fence does nothing.
 */
import binaryen from 'binaryen';
import { features, operands, touchesMemory } from './binaryen.js';
import type { Site, SiteKind } from './sites.js';

/** Prefix of the exports through which mutable globals are saved and restored. */
export const GLOBAL_PREFIX = 'explore:global:';

export interface Instrumented {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The module as it was. */
  readonly original: Uint8Array<ArrayBuffer>;
  readonly sites: readonly Site[];
  /** Limit of the imported memory, in pages. */
  readonly maximumPages: number;
  /** Module and name under which the memory is imported. */
  readonly memoryImport: readonly [module: string, name: string];
}

type Ref = number;

const { i32, i64, none } = binaryen;
/**
 * Instruments a module that imports one shared memory. Throws for instructions it has no model of (memory.init,
 * vector lane accesses, exceptions).
 */
export function instrument(wasm: Uint8Array): Instrumented {
  const module = binaryen.readBinaryWithFeatures(wasm, features);
  try {
    const info = module.getMemoryInfo();
    if (info.module === null || info.base === null || !info.shared) {
      throw new Error('Cannot instrument the module: it imports no shared memory');
    }
    module.runPasses(['flatten']);
    const sites = report(module);
    exportGlobals(module);
    makeCoroutines(module);
    return {
      wasm: Uint8Array.from(module.emitBinary()),
      original: Uint8Array.from(wasm),
      sites,
      maximumPages: info.max ?? 65_536,
      memoryImport: [info.module, info.base],
    };
  } finally {
    module.dispose();
  }
}

function makeCoroutines(module: binaryen.Module): void {
  binaryen.setPassArgument('asyncify-imports', 'explore.*');
  const level = binaryen.getOptimizeLevel();
  binaryen.setOptimizeLevel(0);
  try {
    module.runPasses(['asyncify']);
  } finally {
    binaryen.clearPassArguments();
    binaryen.setOptimizeLevel(level);
  }
  if (!module.validate()) throw new Error('Cannot instrument the module: the result is invalid');
}

function exportGlobals(module: binaryen.Module): void {
  for (let index = 0; index < module.getNumGlobals(); index++) {
    const { name, mutable, module: source } = binaryen.getGlobalInfo(module.getGlobalByIndex(index));
    if (mutable && !source) module.addGlobalExport(name, GLOBAL_PREFIX + name);
  }
}

function report(module: binaryen.Module): Site[] {
  const addImport = (name: string, params: number[], result: number): void =>
    module.addFunctionImport(`explore.${name}`, 'explore', name, binaryen.createType(params), result);
  const sites: Site[] = [];
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const func = module.getFunctionByIndex(index);
    const info = binaryen.getFunctionInfo(func);
    if (info.module) continue;
    new FunctionReporter(module, info.name, sites).run(func, info.body);
  }
  addImport('access', [i32, i32], i32);
  addImport('copy', [i32, i32, i32, i32], none);
  addImport('fill', [i32, i32, i32, i32], none);
  addImport('wait', [i32, i64, i64, i32], i32);
  addImport('notify', [i32, i32, i32], i32);
  addImport('interrupt', [i32], none);
  return sites;
}

/** Rewrites the flat body of one function. */
class FunctionReporter {
  readonly #module: binaryen.Module;
  readonly #where: string;
  readonly #sites: Site[];

  constructor(module: binaryen.Module, where: string, sites: Site[]) {
    this.#module = module;
    this.#where = where;
    this.#sites = sites;
  }

  run(func: Ref, body: Ref): void {
    const parts = [this.#interrupt('enter'), this.#statement(body)];
    if (binaryen.getExpressionType(body) === none) parts.push(this.#interrupt('return'));
    operands.Function.setBody(func, this.#module.block(null, parts));
  }

  #site(kind: SiteKind, bytes: number, offset: number, atomic: boolean): Ref {
    this.#sites.push({ kind, where: this.#where, bytes, offset, atomic });
    return this.#module.i32.const(this.#sites.length - 1);
  }

  #interrupt(kind: 'enter' | 'loop' | 'return'): Ref {
    return this.#module.call('explore.interrupt', [this.#site(kind, 0, 0, false)], none);
  }

  /** Rewrites what stands where nothing is returned, and gives back what is to stand there instead. */
  #statement(expression: Ref): Ref {
    // the information itself is to be had only for some kinds
    switch (binaryen.getExpressionId(expression)) {
      case binaryen.BlockId:
        for (const [index, child] of infoOf<binaryen.BlockInfo>(expression).children.entries()) {
          operands.Block.setChildAt(expression, index, this.#statement(child));
        }
        return expression;
      case binaryen.IfId: {
        const { ifTrue, ifFalse } = infoOf<binaryen.IfInfo>(expression);
        operands.If.setIfTrue(expression, this.#statement(ifTrue));
        if (ifFalse !== 0) operands.If.setIfFalse(expression, this.#statement(ifFalse));
        return expression;
      }
      case binaryen.LoopId: {
        const body = this.#statement(infoOf<binaryen.LoopInfo>(expression).body);
        operands.Loop.setBody(expression, this.#module.block(null, [this.#interrupt('loop'), body]));
        return expression;
      }
      case binaryen.LocalSetId: {
        operands.LocalSet.setValue(expression, this.#value(infoOf<binaryen.LocalSetInfo>(expression).value));
        return expression;
      }
      case binaryen.DropId:
        operands.Drop.setValue(expression, this.#value(infoOf<binaryen.DropInfo>(expression).value));
        return expression;
      case binaryen.ReturnId:
        return this.#module.block(null, [this.#interrupt('return'), expression]);
      default:
        return this.#value(expression);
    }
  }

  /** Rewrites one instruction, whose operands are locals and constants. */
  #value(expression: Ref): Ref {
    switch (binaryen.getExpressionId(expression)) {
      case binaryen.LoadId: {
        const { bytes, offset, isAtomic, ptr } = infoOf<binaryen.LoadInfo>(expression);
        operands.Load.setPtr(expression, this.#access(ptr, this.#site('load', bytes, offset, isAtomic)));
        return expression;
      }
      case binaryen.StoreId: {
        const { bytes, offset, isAtomic, ptr } = infoOf<binaryen.StoreInfo>(expression);
        operands.Store.setPtr(expression, this.#access(ptr, this.#site('store', bytes, offset, isAtomic)));
        return expression;
      }
      case binaryen.AtomicRMWId: {
        const { bytes, offset, ptr } = infoOf<binaryen.AtomicRMWInfo>(expression);
        operands.AtomicRMW.setPtr(expression, this.#access(ptr, this.#site('rmw', bytes, offset, true)));
        return expression;
      }
      case binaryen.AtomicCmpxchgId: {
        const { bytes, offset, ptr } = infoOf<binaryen.AtomicCmpxchgInfo>(expression);
        const site = this.#site('cmpxchg', bytes, offset, true);
        operands.AtomicCmpxchg.setPtr(expression, this.#access(ptr, site));
        return expression;
      }
      default:
        return this.#import(expression);
    }
  }

  #access(pointer: Ref, site: Ref): Ref {
    return this.#module.call('explore.access', [pointer, site], i32);
  }

  /** The instructions that become an import as a whole. */
  #import(expression: Ref): Ref {
    const module = this.#module;
    switch (binaryen.getExpressionId(expression)) {
      case binaryen.MemoryCopyId: {
        const { dest, source, size } = infoOf<binaryen.MemoryCopyInfo>(expression);
        return module.call('explore.copy', [dest, source, size, this.#site('copy', 0, 0, false)], none);
      }
      case binaryen.MemoryFillId: {
        const { dest, value, size } = infoOf<binaryen.MemoryFillInfo>(expression);
        return module.call('explore.fill', [dest, value, size, this.#site('fill', 0, 0, false)], none);
      }
      case binaryen.AtomicWaitId: {
        const { ptr, expected, timeout, expectedType } = infoOf<binaryen.AtomicWaitInfo>(expression);
        const bytes = expectedType === i64 ? 8 : 4;
        const wide = bytes === 8 ? expected : module.i64.extend_s(expected);
        const site = this.#site('wait', bytes, staticOffset(expression), true);
        return module.call('explore.wait', [ptr, wide, timeout, site], i32);
      }
      case binaryen.AtomicNotifyId: {
        const { ptr, notifyCount } = infoOf<binaryen.AtomicNotifyInfo>(expression);
        const site = this.#site('notify', 4, staticOffset(expression), true);
        return module.call('explore.notify', [ptr, notifyCount, site], i32);
      }
      case binaryen.AtomicFenceId:
      case binaryen.CallId:
      case binaryen.CallIndirectId:
        return expression;
      default:
        if (touchesMemory(expression, this.#module)) {
          const text = binaryen.emitText(expression);
          throw new Error(`Cannot instrument ${this.#where}: no model of ${text}`);
        }
        return expression;
    }
  }
}

function infoOf<Info extends binaryen.ExpressionInfo>(expression: Ref): Info {
  return binaryen.getExpressionInfo(expression) as Info;
}

/** The static offset of a wait or notify, which binaryen.js only prints. */
function staticOffset(expression: Ref): number {
  return Number(/offset=(\d+)/.exec(binaryen.emitText(expression))?.[1] ?? 0);
}
