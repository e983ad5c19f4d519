/**
 * The straight-line check: proves of a compiled module that no thread can be stopped while it holds a lock.
 *
 * V8 stops a thread only at a loop's head, at a function's entry or return, and where something waits or throws. So from
 * the instruction that takes a lock to the one that gives it back, on every path: no loop, no call, no wait, no end of
 * the function, no memory.grow, nothing that can trap. Loads, stores, memory.copy and memory.fill are allowed: they trap
 * only when the memory is corrupted already.
 *
 * How: each function is flattened (`flatten/`), then executed with symbolic values (`values.ts`, `step.ts`) along every
 * path (`explore.ts`). A cmpxchg of a lock word has two outcomes, followed separately: the lock is held and the word
 * found is the word expected, or it is not and they differ. What a later comparison, select, local or status code makes
 * of that is computed, not guessed; where it cannot be computed both ways are followed, so an undecided question shows
 * up as a broken rule, never as a pass.
 *
 * Functions are checked one by one, each from a state without a lock: one that would return holding it breaks a rule
 * itself, so no caller can come to hold one.
 */
import binaryen from 'binaryen';
import type { Bits, FlatFunction, OtherCmpxchg } from './code.js';
import { type Break, type Exploration, explore } from './explore.js';
import { integerOf } from './flatten/data.js';
import { bitsOf, type GlobalFact, type ModuleFacts } from './flatten/emitter.js';
import { flatten } from './flatten/flatten.js';

/** A rule broken in a function. */
export interface Violation {
  readonly rule: Break['rule'] | 'no lock is ever taken';
  readonly functionName: string;
  /** The instruction at fault and its number in the function's flat form. */
  readonly instruction: string;
  readonly position: number;
}

/** A function that takes locks. */
export interface LockingFunction {
  readonly name: string;
  readonly acquires: number;
  readonly releases: number;
  /** Instructions on the longest path under a lock, the taking and the giving back included. */
  readonly longest: number;
}

/** A cmpxchg that is not of a lock word, with the function it stands in. */
export interface PlacedCmpxchg extends OtherCmpxchg {
  readonly functionName: string;
}

/** What the check found. It passed if `violations` is empty. */
export interface Report {
  readonly lockOffset: number;
  readonly violations: readonly Violation[];
  /** Instructions that take or give back a lock, in checked functions. */
  readonly acquireSites: number;
  readonly releaseSites: number;
  readonly lockingFunctions: readonly LockingFunction[];
  /** The longest of the locking functions' longest paths. */
  readonly longest: number;
  readonly otherCmpxchgs: readonly PlacedCmpxchg[];
  /** Functions with a non-atomic store at the lock's offset, which this check takes for a field of another record. */
  readonly plainStores: readonly string[];
  /** Functions that were not checked, because their name begins with `rebuild`. */
  readonly exempt: readonly string[];
}

/** Choices for `checkModule`. */
export interface CheckOptions {
  /** Names of the functions that have a body, in the module's order; default: the module's own. */
  readonly names?: readonly string[];
  /** The static offset of lock words; default: the module's exported global `LOCK_OFFSET`. */
  readonly lockOffset?: number;
}

/** Whether the check does not apply to a function of this name: take-over after a dead owner. */
export function isExempt(name: string): boolean {
  return /(^|[/#.])rebuild[^/]*$/.test(name);
}

function globalFacts(module: binaryen.Module, lockOffset: number | undefined): ModuleFacts {
  const globals = new Map<string, GlobalFact>();
  const mutableGlobals: Bits[] = [];
  for (let number = 0; number < module.getNumGlobals(); number++) {
    const {
      name,
      module: from,
      mutable,
      type,
      init,
    } = binaryen.getGlobalInfo(module.getGlobalByIndex(number));
    const start = from ? undefined : binaryen.getExpressionInfo(init);
    const value = start?.id === binaryen.ConstId ? integerOf(start as binaryen.ConstInfo) : undefined;
    if (mutable) globals.set(name, { kind: 'mutable', index: mutableGlobals.push(bitsOf(type)) - 1 });
    else if (value === undefined) globals.set(name, { kind: 'opaque' });
    else globals.set(name, { kind: 'constant', bits: bitsOf(type), value });
  }
  return { lockOffset: lockOffset ?? exportedLockOffset(module, globals), globals, mutableGlobals };
}

function exportedLockOffset(module: binaryen.Module, globals: ReadonlyMap<string, GlobalFact>): number {
  for (let number = 0; number < module.getNumExports(); number++) {
    const { name, value } = binaryen.getExportInfo(module.getExportByIndex(number));
    const global = name === 'LOCK_OFFSET' ? globals.get(value) : undefined;
    if (global?.kind === 'constant') return Number(global.value);
  }
  throw new Error('Cannot check the module: it exports no constant global LOCK_OFFSET');
}

/** The functions with a body, flattened. */
function flatFunctions(
  module: binaryen.Module,
  facts: ModuleFacts,
  names?: readonly string[],
): FlatFunction[] {
  const functions: FlatFunction[] = [];
  for (let number = 0; number < module.getNumFunctions(); number++) {
    const info = binaryen.getFunctionInfo(module.getFunctionByIndex(number));
    if (info.module) continue;
    functions.push(flatten(info, names?.[functions.length] ?? info.name, facts));
  }
  if (names && names.length !== functions.length) {
    throw new Error(`Cannot check the module: ${names.length} names for ${functions.length} functions`);
  }
  return functions;
}

function count(functions: readonly FlatFunction[], op: 'acquire' | 'release'): number {
  return functions.flatMap(({ code }) => code).filter((instruction) => instruction.op === op).length;
}

function violationsOf(code: FlatFunction, { breaks }: Exploration): Violation[] {
  return breaks.map(({ rule, position }) => {
    const instruction = code.code[position]?.text ?? '';
    return { rule, functionName: code.name, instruction, position };
  });
}

function lockingFunction(code: FlatFunction, { sections }: Exploration): LockingFunction {
  return {
    name: code.name,
    acquires: count([code], 'acquire'),
    releases: count([code], 'release'),
    longest: Math.max(0, ...sections.map(({ longest }) => longest)),
  };
}

function check(module: binaryen.Module, options: CheckOptions): Report {
  const facts = globalFacts(module, options.lockOffset);
  const all = flatFunctions(module, facts, options.names);
  const checked = all.filter(({ name }) => !isExempt(name));
  const explored = checked.map((code) => [code, explore(code)] as const);
  const violations = explored.flatMap(([code, exploration]) => violationsOf(code, exploration));
  const acquireSites = count(checked, 'acquire');
  if (acquireSites === 0) {
    violations.push({ rule: 'no lock is ever taken', functionName: '', instruction: '', position: 0 });
  }
  const lockingFunctions = explored
    .map(([code, exploration]) => lockingFunction(code, exploration))
    .filter(({ acquires }) => acquires > 0);
  return {
    lockOffset: facts.lockOffset,
    violations,
    acquireSites,
    releaseSites: count(checked, 'release'),
    lockingFunctions,
    longest: Math.max(0, ...lockingFunctions.map(({ longest }) => longest)),
    otherCmpxchgs: all.flatMap(({ name: functionName, otherCmpxchgs }) =>
      otherCmpxchgs.map((cmpxchg) => ({ functionName, ...cmpxchg })),
    ),
    plainStores: all.filter(({ plainStores }) => plainStores > 0).map(({ name }) => name),
    exempt: all.filter(({ name }) => isExempt(name)).map(({ name }) => name),
  };
}

/**
 * Checks every function of a compiled module.
 *
 * @param bytes the WebAssembly module
 * @param options what the module does not say itself
 * @returns what was found; nothing in it throws for a broken rule
 * @throws Error if the module cannot be read or a function cannot be followed to its end
 */
export function checkModule(bytes: Uint8Array, options: CheckOptions = {}): Report {
  const module = binaryen.readBinary(bytes);
  try {
    return check(module, options);
  } finally {
    module.dispose();
  }
}

/**
 * The names a module gives its functions, in its order, imported ones left out.
 *
 * @param bytes a WebAssembly module with a name section
 * @returns one name per function with a body
 */
export function functionNames(bytes: Uint8Array): string[] {
  const module = binaryen.readBinary(bytes);
  try {
    const infos = Array.from({ length: module.getNumFunctions() }, (_, number) =>
      binaryen.getFunctionInfo(module.getFunctionByIndex(number)),
    );
    return infos.filter((info) => !info.module).map(({ name }) => name);
  } finally {
    module.dispose();
  }
}
