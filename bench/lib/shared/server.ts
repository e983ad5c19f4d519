/** Starts a server program on a private unix socket, and ends it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotInstalled } from '../peer.js';

/** A server that listens. */
export interface Server {
  readonly socket: string;
  close(): Promise<void>;
}

const LONGEST_START_MS = 10_000;

/** Whether a program is there, and what version it says it is. */
export function programVersion(program: string): string | undefined {
  const { stdout, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return error ? undefined : stdout.trim().split('\n')[0];
}

/**
 * Starts a program and waits until it listens.
 *
 * @throws NotInstalled when there is no such program.
 */
export async function startServer(
  program: string,
  args: (socket: string, folder: string) => string[],
): Promise<Server> {
  if (programVersion(program) === undefined) throw new NotInstalled(program);
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  // memcached's client adds a port to a path that does not end like one
  const socket = join(folder, 'socket:1');
  const child = spawn(program, args(socket, folder), { stdio: 'ignore', cwd: folder });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const close = async () => {
    process.off('exit', endWithUs);
    if (isRunning(child)) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening(child, socket, program);
  } catch (error) {
    await close();
    throw error;
  }
  return { socket, close };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function listening(child: ChildProcess, socket: string, program: string): Promise<void> {
  const end = Date.now() + LONGEST_START_MS;
  while (!(existsSync(socket) && (await answers(socket)))) {
    if (!isRunning(child)) throw new Error(`Cannot start ${program}: it ended with code ${child.exitCode}`);
    if (Date.now() > end) throw new Error(`Cannot start ${program}: it does not listen`);
    await sleep(20);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path);
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });
}
