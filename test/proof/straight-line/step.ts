/**
 * What one instruction does to a state, and which rule it breaks.
 */
import type { Bits, FlatFunction, Hazard, Instruction, Jump } from './code.js';
import { divides, divisionTraps } from './operators.js';
import {
  assume,
  assumeIs,
  assumeUnequal,
  copyOf,
  forget,
  pop,
  resolve,
  type State,
  unwind,
} from './state.js';
import { compute, constant, NOTHING, place, same, unknown, type Value } from './values.js';

/** The rules; each is named after what breaks it. */
export type Rule =
  | 'loop under lock'
  | 'call under lock'
  | 'wait under lock'
  | 'memory.grow under lock'
  | 'trap under lock'
  | 'end of function under lock'
  | 'second lock'
  | 'release without lock'
  | 'release of another lock'
  | 'lock word touched by another instruction'
  | 'unsupported instruction';

const RULE_OF_HAZARD: Readonly<Record<Hazard, Rule>> = {
  call: 'call under lock',
  wait: 'wait under lock',
  grow: 'memory.grow under lock',
  trap: 'trap under lock',
  unsupported: 'unsupported instruction',
};

/** Hears what happens on the way. */
export interface Observer {
  /** A rule is broken by the instruction at hand. */
  broken(rule: Rule): void;
  /** A lock is about to be given back; the state still holds it. */
  released(state: State): void;
}

/** A state and the position it goes on at. */
export interface Next {
  readonly state: State;
  readonly position: number;
}

type Of<Name extends Instruction['op']> = Extract<Instruction, { op: Name }>;

/** Executes single instructions of one function. */
export class Stepper {
  private readonly code: FlatFunction;
  private readonly observer: Observer;

  constructor(code: FlatFunction, observer: Observer) {
    this.code = code;
    this.observer = observer;
  }

  /**
   * Executes one instruction.
   *
   * @param state the state before; it is changed, and may be one of those returned
   * @param position the instruction's position
   * @returns every state it may lead to; none where the function ends or the path was given up after a broken rule
   */
  step(state: State, position: number): Next[] {
    const instruction = this.code.code[position];
    if (!instruction) throw new Error(`Cannot follow ${this.code.name}: there is no instruction ${position}`);
    if (state.held) state.steps += instruction.weight;
    switch (instruction.op) {
      case 'acquire':
        return this.acquire(state, instruction, position);
      case 'write':
        this.write(state, instruction);
        return this.plain(state, instruction, position);
      case 'plain':
        return this.plain(state, instruction, position);
      case 'select':
        return this.select(state, instruction, position);
      case 'branch':
        return this.branch(state, instruction, position);
      case 'switch':
        return this.switch(state, instruction);
      case 'jump':
        return [along(state, instruction.to)];
      case 'return':
        if (state.held) this.observer.broken('end of function under lock');
        return [];
      case 'unreachable':
        if (state.held) this.observer.broken('trap under lock');
        return [];
      default:
        return this.straight(state, instruction, position) ? [{ state, position: position + 1 }] : [];
    }
  }

  /** Instructions that go on with the next one; false where a broken rule ends the path. */
  private straight(
    state: State,
    instruction: Of<'constant' | 'get' | 'set' | 'compute' | 'release' | 'loop'>,
    position: number,
  ): boolean {
    switch (instruction.op) {
      case 'constant':
        state.stack.push(constant(instruction.bits, instruction.value));
        return true;
      case 'get':
        this.get(state, instruction, position);
        return true;
      case 'set':
        state.slots[instruction.slot] = pop(state);
        if (instruction.keeps) state.stack.push(state.slots[instruction.slot] ?? NOTHING);
        return true;
      case 'compute':
        this.compute(state, instruction, position);
        return true;
      case 'release':
        this.release(state);
        return true;
      case 'loop':
        if (state.held) this.observer.broken('loop under lock');
        else this.enterLoop(state, instruction, position);
        return !state.held;
    }
  }

  /** An unknown named after the instruction that made it. */
  private fresh(state: State, instruction: Instruction, position: number, bits: Bits): Value {
    const name = `at${position}`;
    if (instruction.inLoop) forget(state, name);
    return unknown(name, bits);
  }

  /** A slot of which nothing is known gets a name when it is read, so that two reads of it compare equal. */
  private get(state: State, instruction: Of<'get'>, position: number): void {
    const { slot } = instruction;
    if ((state.slots[slot] ?? NOTHING) === NOTHING) {
      state.slots[slot] = this.fresh(state, instruction, position, this.code.slots[slot]?.bits ?? 0);
    }
    state.stack.push(state.slots[slot] ?? NOTHING);
  }

  private compute(state: State, instruction: Of<'compute'>, position: number): void {
    const { name, bits } = instruction;
    const operands = Array.from({ length: instruction.operands }, () => pop(state)).reverse();
    const divisor = operands[1];
    if (state.held && divisor && divides(name) && divisionTraps(name, resolve(state, divisor).constant)) {
      this.observer.broken('trap under lock');
    }
    state.stack.push(compute(name, bits, operands) ?? this.fresh(state, instruction, position, bits));
  }

  /** A loop's head forgets what the loop may assign: all iterations share one description. */
  private enterLoop(state: State, instruction: Of<'loop'>, position: number): void {
    for (const slot of instruction.assigned) {
      const name = `at${position}slot${slot}`;
      forget(state, name);
      state.slots[slot] = unknown(name, this.code.slots[slot]?.bits ?? 0);
    }
  }

  /**
   * Both outcomes of the cmpxchg: the lock is taken and what was found is what was expected; or the lock is not taken
   * and it is not. Every later comparison of the two then has one answer in each outcome.
   */
  private acquire(state: State, instruction: Instruction, position: number): Next[] {
    pop(state);
    const expected = pop(state);
    const address = pop(state);
    if (state.held) {
      this.observer.broken('second lock');
      return [];
    }
    const failed = copyOf(state);
    const found = this.fresh(failed, instruction, position, 64);
    failed.stack.push(found);
    // In a loop, `expected` may be what this instruction found the last time: then its name has just changed hands.
    if (!expected.roots.includes(found.key)) assumeUnequal(failed, found, expected);
    state.held = { site: position, address };
    state.steps = 1;
    state.stack.push(expected === NOTHING ? this.fresh(state, instruction, position, 64) : expected);
    return [state, failed].map((outcome) => ({ state: outcome, position: position + 1 }));
  }

  private release(state: State): void {
    pop(state);
    const address = pop(state);
    if (!state.held) this.observer.broken('release without lock');
    else if (!same(address, state.held.address)) this.observer.broken('release of another lock');
    if (state.held) this.observer.released(state);
    state.held = undefined;
    state.steps = 0;
  }

  /** A write is a broken rule where it hits a lock word: one by its offset, or the one that is held. */
  private write(state: State, instruction: Of<'write'>): void {
    const { offset, bytes, atomic, keepsWithZero, pops } = instruction;
    const { lockOffset } = this.code;
    const [address, operand] = state.stack.slice(-pops);
    if (!address || (keepsWithZero && operand?.constant === 0n)) return;
    const at = place(address, offset);
    const held = state.held && place(state.held.address, lockOffset);
    const hitsLock = atomic && (offset === lockOffset || (at?.base !== '' && at?.distance === lockOffset));
    const away = at && held && at.base === held.base ? at.distance - held.distance : 8;
    const hitsHeld = away > -bytes && away < 8;
    if (hitsLock || hitsHeld) this.observer.broken('lock word touched by another instruction');
  }

  private plain(state: State, instruction: Of<'plain' | 'write'>, position: number): Next[] {
    for (let popped = 0; popped < instruction.pops; popped++) pop(state);
    const hazard = instruction.op === 'plain' ? instruction.hazard : undefined;
    if (hazard && (state.held || hazard === 'unsupported')) this.observer.broken(RULE_OF_HAZARD[hazard]);
    if (hazard === 'unsupported') return [];
    if (hazard === 'call') this.forgetGlobals(state);
    if (instruction.pushes) state.stack.push(this.fresh(state, instruction, position, instruction.bits));
    return [{ state, position: position + 1 }];
  }

  /** The function called may have assigned any global. */
  private forgetGlobals(state: State): void {
    for (let slot = this.code.firstGlobal; slot < state.slots.length; slot++) state.slots[slot] = NOTHING;
  }

  /** A choice in which a constant takes part is likely a status: it is followed both ways. */
  private select(state: State, instruction: Instruction, position: number): Next[] {
    const condition = resolve(state, pop(state));
    const otherwise = pop(state);
    const chosen = pop(state);
    const go = (way: State, value: Value): Next => {
      way.stack.push(value);
      return { state: way, position: position + 1 };
    };
    if (condition.constant !== undefined) return [go(state, condition.constant === 0n ? otherwise : chosen)];
    if (same(chosen, otherwise)) return [go(state, chosen)];
    if (chosen.constant === undefined && otherwise.constant === undefined) {
      return [go(state, this.fresh(state, instruction, position, chosen.bits))];
    }
    const other = copyOf(state);
    assume(state, condition, true);
    assume(other, condition, false);
    return [go(state, chosen), go(other, otherwise)];
  }

  private branch(state: State, instruction: Of<'branch'>, position: number): Next[] {
    const condition = resolve(state, pop(state));
    return [true, false]
      .filter((holds) => condition.constant === undefined || (condition.constant !== 0n) === holds)
      .map((holds) => {
        const way = copyOf(state);
        assume(way, condition, holds);
        return holds === instruction.when
          ? along(way, instruction.to)
          : { state: way, position: position + 1 };
      });
  }

  private switch(state: State, instruction: Of<'switch'>): Next[] {
    const index = resolve(state, pop(state));
    if (index.constant !== undefined) {
      const number = Number(BigInt.asUintN(32, index.constant));
      return [along(state, instruction.cases[number] ?? instruction.otherwise)];
    }
    const cases = instruction.cases.map((jump, number) => {
      const way = copyOf(state);
      assumeIs(way, index, BigInt(number));
      return along(way, jump);
    });
    return [...cases, along(state, instruction.otherwise)];
  }
}

function along(state: State, jump: Jump): Next {
  unwind(state, jump);
  return { state, position: jump.target };
}
