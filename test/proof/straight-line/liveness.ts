/**
 * Which slots can still be read, at each position of a function.
 *
 * What nobody reads again need not tell two states apart. A slot is a bit of a bigint: functions have few hundred slots.
 */
import { type Instruction, successors } from './code.js';

function before(instruction: Instruction, after: bigint): bigint {
  if (instruction.op === 'get') return after | (1n << BigInt(instruction.slot));
  if (instruction.op === 'set') return after & ~(1n << BigInt(instruction.slot));
  return after;
}

/**
 * Computes liveness to its fixed point.
 *
 * @param code the function's instructions
 * @returns for each position a bit set of the slots whose value may be read there or later before being assigned.
 *   Globals that only a caller or a called function reads do not count: what they hold is not used here.
 */
export function liveSlots(code: readonly Instruction[]): bigint[] {
  const live = code.map(() => 0n);
  for (let changed = true; changed; ) {
    changed = false;
    for (let position = code.length - 1; position >= 0; position--) {
      const instruction = code[position];
      if (!instruction) continue;
      const after = successors(code, position).reduce((union, next) => union | (live[next] ?? 0n), 0n);
      const now = before(instruction, after);
      if (now === live[position]) continue;
      live[position] = now;
      changed = true;
    }
  }
  return live;
}
