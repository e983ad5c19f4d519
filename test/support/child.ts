import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a process ended, and what it said. */
export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The compiled entry of the package, for scripts to import. */
export const entry = new URL('../../src/index.js', import.meta.url).href;

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Longer than any child may take. One that does not end by itself is killed then, and its signal tells. */
const TIMEOUT_MS = 120_000;

/** Runs a script (an ES module as text) in a process of its own, and waits for its end. */
export function runScript(script: string, flags: readonly string[] = []): Promise<ChildResult> {
  return run(process.execPath, [...flags, '--input-type=module', '--eval', script]);
}

/** Runs a program and waits for its end. */
export function run(command: string, args: readonly string[], cwd?: string): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}
