/** Measures a contender's memory and its pauses, in a process of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ValueKind } from './keys.js';

/** What is measured. */
export interface HeapOrder {
  readonly contender: string;
  readonly entries: number;
  readonly keyLength: number;
  readonly value: ValueKind;
  /** Whether all entries are replaced after filling. */
  readonly churn: boolean;
}

/** How memory grew, and the longest of the turns and calls while entries were replaced; or why not. */
export type HeapAnswer =
  | { readonly residentBytes: number; readonly worstTurnMs: number; readonly worstCallMs: number }
  | { readonly refused: string };

const MOST_HEAP_MB = 12_288;

/** Runs one contender in a new process. */
export function measureHeap(order: HeapOrder): Promise<HeapAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./heap-child.js', import.meta.url)), [JSON.stringify(order)], {
      execArgv: ['--expose-gc', `--max-old-space-size=${MOST_HEAP_MB}`],
    });
    let answer: HeapAnswer | undefined;
    child.on('message', (message: HeapAnswer) => {
      answer = message;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (answer) resolve(answer);
      else reject(new Error(`Cannot measure ${order.contender}: its process ended with ${signal ?? code}`));
    });
  });
}
