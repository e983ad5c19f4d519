/**
 * The flat form in which a function is checked.
 *
 * Binaryen hands out a tree of nested expressions. The rules of a critical section are about the order in which
 * instructions run, so the tree is flattened first into the stack code it stands for: a list of instructions whose
 * jumps name the position they lead to. A jump says how many values of the stack survive below the ones it carries,
 * as a WebAssembly branch does.
 *
 * Locals and mutable globals share one numbering, the "slots": locals first, then globals. Both are variables that only
 * the running function changes, except that a call may change every global.
 */

/** Width in bits of an integer value; 0 stands for every other type. */
export type Bits = 0 | 32 | 64;

/** What makes an instruction forbidden while a lock is held. */
export type Hazard = 'call' | 'wait' | 'grow' | 'trap' | 'unsupported';

/** Where a jump leads and what it does to the stack: it keeps `height` values, then `carried` from the top. */
export interface Jump {
  /** Position of the instruction to go on with. */
  target: number;
  readonly height: number;
  readonly carried: 0 | 1;
}

/** What an instruction takes from the stack and puts there; `bits` is the width of what it puts there. */
export interface StackEffect {
  readonly pops: number;
  readonly pushes: 0 | 1;
  readonly bits: Bits;
}

/** A write to memory of `bytes` bytes at the address on the stack, plus `offset`. */
export interface Write {
  readonly offset: number;
  readonly bytes: number;
  readonly atomic: boolean;
  /** A read-modify-write that changes nothing if its operand is 0, such as an addition: a read with a strong order. */
  readonly keepsWithZero: boolean;
}

/**
 * One instruction of the flat form, without its text.
 *
 * `acquire` and `release` are the two writes to a lock word that the rules allow, `write` is any other write to memory,
 * and `plain` whatever else has an effect that the checker need not follow.
 */
export type Operation =
  | { readonly op: 'constant'; readonly bits: Bits; readonly value: bigint }
  | { readonly op: 'get'; readonly slot: number }
  | { readonly op: 'set'; readonly slot: number; readonly keeps: boolean }
  | { readonly op: 'compute'; readonly name: string; readonly operands: 1 | 2; readonly bits: Bits }
  | { readonly op: 'select' }
  | ({ readonly op: 'plain'; readonly hazard?: Hazard } & StackEffect)
  | { readonly op: 'acquire' }
  | { readonly op: 'release' }
  | ({ readonly op: 'write' } & Write & StackEffect)
  | { readonly op: 'jump'; readonly to: Jump }
  | { readonly op: 'branch'; readonly to: Jump; readonly when: boolean }
  | { readonly op: 'switch'; readonly cases: readonly Jump[]; readonly otherwise: Jump }
  | { readonly op: 'loop'; readonly assigned: Set<number> }
  | { readonly op: 'return' }
  | { readonly op: 'unreachable' };

/** One instruction: its operation, its text for messages, and whether the compiled code has it too. */
export type Instruction = Operation & {
  /** The WebAssembly instruction, as a reader knows it: `i64.atomic.store offset=64`. */
  readonly text: string;
  /** 0 for what only the flat form has (the jump over an else arm), else 1. */
  readonly weight: 0 | 1;
  /** Inside a loop the instruction may run again, and then what it gave before is another value. */
  readonly inLoop: boolean;
};

/**
 * An atomic compare-and-exchange that does not have the lock's static offset: at a fixed address, or at an offset from a
 * computed one, as far as the instruction itself tells.
 */
export interface OtherCmpxchg {
  readonly address: 'fixed' | 'computed';
  readonly offset: number;
}

/** A function in flat form. */
export interface FlatFunction {
  readonly name: string;
  readonly code: readonly Instruction[];
  /** What each slot holds when the function starts: a parameter, zero, or something unknown. */
  readonly slots: readonly { readonly bits: Bits; readonly starts: 'zero' | 'unknown' }[];
  /** The first slot that is a global. */
  readonly firstGlobal: number;
  /** The static offset of lock words. */
  readonly lockOffset: number;
  readonly otherCmpxchgs: readonly OtherCmpxchg[];
  /** Non-atomic stores with the lock's offset: they may hit a lock word or a field of another record. */
  readonly plainStores: number;
}

/**
 * Positions an instruction may go on with.
 *
 * @param code the function's instructions
 * @param position the instruction asked about
 * @returns one position per way on; none where the function ends
 */
export function successors(code: readonly Instruction[], position: number): number[] {
  const instruction = code[position];
  switch (instruction?.op) {
    case undefined:
    case 'return':
    case 'unreachable':
      return [];
    case 'jump':
      return [instruction.to.target];
    case 'branch':
      return [position + 1, instruction.to.target];
    case 'switch':
      return [...instruction.cases, instruction.otherwise].map((jump) => jump.target);
    default:
      return [position + 1];
  }
}
