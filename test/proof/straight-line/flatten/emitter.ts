/**
 * Collects the flat form of one function: the instructions, the height of the stack, and the labels in scope.
 */
import binaryen from 'binaryen';
import type {
  Bits,
  Hazard,
  Instruction,
  Jump,
  Operation,
  OtherCmpxchg,
  StackEffect,
  Write,
} from '../code.js';

/** A module's global: its number if it never changes, else its place among the mutable ones. */
export type GlobalFact =
  | { readonly kind: 'constant'; readonly bits: Bits; readonly value: bigint }
  | { readonly kind: 'mutable'; readonly index: number }
  | { readonly kind: 'opaque' };

/** What flattening needs to know of the module. */
export interface ModuleFacts {
  /** The static offset that makes an atomic access one of a lock word. */
  readonly lockOffset: number;
  readonly globals: ReadonlyMap<string, GlobalFact>;
  /** Widths of the mutable globals, by `index`. */
  readonly mutableGlobals: readonly Bits[];
}

/** Emits the code of one kind of expression. */
export type Handler = (to: Emitter, info: binaryen.ExpressionInfo) => void;

/** Kinds that binaryen cannot describe, having nothing but their type. */
const WITHOUT_INFO: ReadonlySet<number> = new Set([binaryen.NopId, binaryen.UnreachableId]);

/** The width of an integer type, 0 for any other. */
export function bitsOf(type: binaryen.Type): Bits {
  if (type === binaryen.i32) return 32;
  return type === binaryen.i64 ? 64 : 0;
}

/** How many values an expression of this type leaves on the stack. */
export function valuesOf(type: binaryen.Type): 0 | 1 {
  return type === binaryen.none || type === binaryen.unreachable ? 0 : 1;
}

/** The stack effect of an instruction that takes `pops` values and gives one of this type, if it gives one. */
export function effectOf(pops: number, type: binaryen.Type): StackEffect {
  return { pops, pushes: valuesOf(type), bits: bitsOf(type) };
}

/** The flat form of one function in the making. */
export class Emitter {
  readonly code: Instruction[] = [];
  readonly otherCmpxchgs: OtherCmpxchg[] = [];
  /** Non-atomic stores with the lock's offset seen so far. */
  plainStores = 0;
  /** Values on the stack before the next instruction. */
  height = 0;
  readonly facts: ModuleFacts;
  readonly firstGlobal: number;
  private loops = 0;
  private readonly handlers: ReadonlyMap<number, Handler>;
  private readonly labels: { readonly name: string; readonly jump: () => Jump }[] = [];

  constructor(facts: ModuleFacts, firstGlobal: number, handlers: ReadonlyMap<number, Handler>) {
    this.facts = facts;
    this.firstGlobal = firstGlobal;
    this.handlers = handlers;
  }

  /** Emits one instruction; `weight` 0 for one that the compiled code does not have. */
  emit(text: string, operation: Operation, weight: 0 | 1 = 1): void {
    this.code.push({ ...operation, text, weight, inLoop: this.loops > 0 });
  }

  /** Emits an expression; afterwards the stack is higher by its value, if it has one. */
  expression(reference: binaryen.ExpressionRef): void {
    const before = this.height;
    const type = binaryen.getExpressionType(reference);
    const id = binaryen.getExpressionId(reference);
    const handler = this.handlers.get(id);
    if (handler) handler(this, WITHOUT_INFO.has(id) ? { id, type } : binaryen.getExpressionInfo(reference));
    else this.unsupported(`expression of kind ${id}`, type);
    this.height = before + valuesOf(type);
  }

  /** Emits operands in order; 0 stands for one that is not there. */
  operands(...references: binaryen.ExpressionRef[]): void {
    for (const reference of references) if (reference !== 0) this.expression(reference);
  }

  /** Emits operands, then an instruction of which only pops, pushes and hazard matter. */
  plain(
    text: string,
    type: binaryen.Type,
    operands: readonly binaryen.ExpressionRef[],
    hazard?: Hazard,
  ): void {
    this.operands(...operands);
    this.emit(text, { op: 'plain', ...effectOf(operands.length, type), ...(hazard && { hazard }) });
  }

  /** Emits operands, then a write to memory; the first operand is the address. */
  write(text: string, type: binaryen.Type, operands: readonly binaryen.ExpressionRef[], write: Write): void {
    this.operands(...operands);
    this.emit(text, { op: 'write', ...write, ...effectOf(operands.length, type) });
  }

  /** Emits a mark for what this checker cannot look into. */
  unsupported(text: string, type: binaryen.Type): void {
    this.emit(text, { op: 'plain', ...effectOf(0, type), hazard: 'unsupported' });
  }

  /** Emits `body` inside a label; branches to it lead to where `target` says once the body is there. */
  labelled(name: string | null, carried: 0 | 1, body: () => void, target: () => number): void {
    const { height } = this;
    const jumps: Jump[] = [];
    const jump = (): Jump => {
      const made = { target: -1, height, carried };
      jumps.push(made);
      return made;
    };
    this.labels.push({ name: name ?? '', jump });
    body();
    this.labels.pop();
    for (const made of jumps) made.target = target();
  }

  /** A jump to the innermost label of this name. */
  jumpTo(name: string | null): Jump {
    const label = this.labels.findLast((candidate) => candidate.name === name && name !== '');
    if (!label) throw new Error(`Cannot flatten: no label '${name}' encloses a branch to it`);
    return label.jump();
  }

  /** Emits `body` as the inside of a loop and returns the slots it may assign. */
  looped(body: () => void): Set<number> {
    const start = this.code.length;
    this.loops += 1;
    body();
    this.loops -= 1;
    const assigned = new Set<number>();
    for (const instruction of this.code.slice(start)) {
      if (instruction.op === 'set') assigned.add(instruction.slot);
      const calls = instruction.op === 'plain' && instruction.hazard === 'call';
      if (calls) for (const index of this.facts.mutableGlobals.keys()) assigned.add(this.firstGlobal + index);
    }
    return assigned;
  }
}

/**
 * Pairs an expression kind with what emits it.
 *
 * @param id one of binaryen's expression ids
 * @param handler what emits expressions with that id; binaryen gives those the info type it names
 */
export function handles<Info extends binaryen.ExpressionInfo>(
  id: number,
  handler: (to: Emitter, info: Info) => void,
): [number, Handler] {
  return [id, handler as Handler];
}
