import { accessSync, constants, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CommandError } from './command.js';

/**
 * The requests of a trace, in shared memory, so that all threads read the same one.
 *
 *     text    a|b|b|c|…      the keys' bytes, one key after the other
 *     starts  0 1 2 3 … end  where each key starts, and where the last one ends
 *     sizes   68 7454 …      bytes of each key's value; absent in a trace without sizes
 */
export interface Trace {
  readonly requests: number;
  readonly text: Uint8Array<SharedArrayBuffer>;
  readonly starts: Uint32Array<SharedArrayBuffer>;
  readonly sizes: Uint32Array<SharedArrayBuffer> | undefined;
}

const [TAB, NEWLINE, RETURN, SPACE, ZERO] = [9, 10, 13, 32, 48];

/**
 * Reads a trace file: text with one key per line, blank lines left out, as it is or compressed by gzip. In a file
 * named `….sized.txt` or `….sized.txt.gz` a line is a key and the bytes of its value.
 *
 * @throws {@link CommandError} when there is no such file, or it holds something else.
 */
export function loadTrace(file: string): Trace {
  const problem = problemWith(file);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  } catch (error) {
    throw problem(explain(error as NodeJS.ErrnoException));
  }
  if (bytes.subarray(0, 65_536).includes(0)) {
    throw problem('it is binary, text with one key per line is required (or that compressed by gzip)');
  }
  const trace = parseTrace(bytes, /\.sized(\.|$)/.test(basename(file)));
  if (typeof trace === 'string') throw problem(trace);
  if (trace.requests === 0) throw problem('it is empty, one key per line is required');
  return trace;
}

/** Throws, as {@link loadTrace} does, when there is no such file or this user may not read it. */
export function requireTrace(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw problemWith(file)(explain(error as NodeJS.ErrnoException));
  }
}

function problemWith(file: string): (what: string) => CommandError {
  return (what) => new CommandError(`Cannot read the trace '${file}': ${what}`);
}

function explain({ code = '', message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder, a file is required';
  if (code === 'EACCES') return 'this user may not read it';
  if (code === 'ERR_BUFFER_TOO_LARGE' || code === 'ERR_FS_FILE_TOO_LARGE') return 'it is too large';
  return code.startsWith('Z_') ? `gzip cannot expand it: ${message}` : message;
}

/** Takes the lines of a trace apart; answers what is wrong with them when they cannot be. */
export function parseTrace(bytes: Uint8Array, isSized: boolean): Trace | string {
  const lines = countLines(bytes);
  const text = new Uint8Array(new SharedArrayBuffer(bytes.length));
  const starts = new Uint32Array(new SharedArrayBuffer((lines + 1) * 4));
  const sizes = isSized ? new Uint32Array(new SharedArrayBuffer(lines * 4)) : undefined;
  let requests = 0;
  let used = 0;
  for (let at = 0, line = 1; at < bytes.length; line++) {
    const next = lineEnd(bytes, at);
    const end = next > at && bytes[next - 1] === RETURN ? next - 1 : next;
    const keyEnd = sizes === undefined ? end : wordEnd(bytes, at, end);
    if (sizes !== undefined && end > at) {
      const size = parseSize(bytes, keyEnd, end);
      if (size < 0 || keyEnd === at) return `line ${line} is not a key and a size in bytes`;
      sizes[requests] = size;
    }
    for (let i = at; i < keyEnd; i++) text[used++] = bytes[i] as number;
    if (end > at) starts[++requests] = used;
    at = next + 1;
  }
  return { requests, text, starts, sizes };
}

function countLines(bytes: Uint8Array): number {
  let lines = 1;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === NEWLINE) lines++;
  return lines;
}

function lineEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== NEWLINE) at++;
  return at;
}

function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SPACE && bytes[at] !== TAB) at++;
  return at;
}

/** The decimal number after a key; -1 when there is none, or one that 32 bits do not hold. */
function parseSize(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  if (at === start || at === end) return -1;
  let size = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    size = size * 10 + digit;
    if (size >= 2 ** 32) return -1;
  }
  return size;
}

/** How many different keys a trace asks for. */
export function distinctKeys({ requests, text, starts }: Trace): number {
  const bytes = Buffer.from(text.buffer);
  const seen = new Set<string>();
  for (let i = 0; i < requests; i++) seen.add(bytes.toString('latin1', starts[i], starts[i + 1]));
  return seen.size;
}
