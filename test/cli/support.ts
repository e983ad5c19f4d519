import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import { root } from '../support/child.js';

/** What the package's `bin` names; where coverage is measured, the same compiled with source maps. */
export const entry = resolve(root, process.env['HEDDLE_CLI'] ?? 'dist/cli/main.js');

/** A command that takes longer does not end: it is killed, and its status is null. */
const TIMEOUT_MS = 100_000;

/** What a command left behind. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `heddle` with the Node.js that runs the tests, to its end. */
export function heddle(args: readonly string[], input = '', main = entry): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: root,
    encoding: 'utf8',
    input,
    timeout: TIMEOUT_MS,
  });
  return { status, stdout, stderr };
}

/** Starts `heddle` and leaves it running; its output can be waited for. */
export function startHeddle(args: readonly string[]) {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    process.stderr.write(text);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });

  /** Resolves with what it has printed as soon as that matches. */
  async function printed(pattern: RegExp): Promise<string> {
    while (!pattern.test(stdout)) {
      await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve);
        void ended.then((code) =>
          reject(new Error(`it ended with ${code} before it printed ${pattern}: ${stdout}`)),
        );
      });
    }
    return stdout;
  }

  return { child, ended, printed, complaints: () => stderr };
}

/** A folder for the files of one test file, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into a folder and answers its path. */
export function writeTo(folder: string, name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}
