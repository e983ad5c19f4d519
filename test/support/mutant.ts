/**
 * Engines with a defect put in on purpose, for tests that have to prove that they would find it.
 *
 *     const [engine] = await compileMutants([{ file: 'sections.ts', edits: [['from', 'to']] }]);
 *
 * A mutant is compiled as the engine is, but with less optimisation, which takes most of the time. Compiled ones are kept in
 * `build/mutants/`, by a hash of everything they depend on; those that are missing are compiled by two processes of their
 * own, since the compiler takes much memory.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutantFlags } from '../../scripts/lib/asc-flags.mjs';

/** A defect: places in one source file of the engine, each with what stands there instead. */
export interface Patch {
  /** Name of the file in `engine/`. */
  readonly file: string;
  /** Pairs of a text that stands there exactly once, and its replacement. */
  readonly edits: readonly (readonly [from: string, to: string])[];
}

/** What the compiling process is asked for, as JSON on its standard input. */
export interface CompileOrder {
  /** The file the module goes to. */
  readonly output: string;
  /** The source files of the engine, by the names that the compiler asks for. */
  readonly sources: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

/** Tests run from `build/test/`. */
const ENGINE = new URL('../../../engine/', import.meta.url);
const MUTANTS = new URL('../../mutants/', import.meta.url);
const COMPILER = fileURLToPath(new URL('./mutant-compiler.js', import.meta.url));
/** What the bytes of a module depend on, besides its sources. */
const TOOLS = [
  ...[
    COMPILER,
    ...['./asc.js', '../../scripts/lib/asc-flags.mjs'].map((file) =>
      fileURLToPath(new URL(file, import.meta.url)),
    ),
  ],
  createRequire(import.meta.url).resolve('assemblyscript/package.json'),
];

let tools: string | undefined;
let engine: Record<string, string> | undefined;

/**
 * Compiles engines with one defect each, with names, in the order of the patches. Throws when a patch does not fit.
 *
 * @param flags what the compiler is told; `engineFlags` for what has to be as the engine that ships
 */
export async function compileMutants(
  patches: readonly Patch[],
  flags: readonly string[] = mutantFlags,
): Promise<Uint8Array[]> {
  const orders = patches.map((patch) => orderFor(patch, flags));
  const missing = orders.filter(({ output }) => !existsSync(output));
  const half = Math.ceil(missing.length / 2);
  await Promise.all([missing.slice(0, half), missing.slice(half)].map(compile));
  return orders.map(({ output }) => readFileSync(output));
}

/** The engine as it is, compiled by the way that mutants take. */
export const UNCHANGED: Patch = { file: 'index.ts', edits: [] };

function orderFor(patch: Patch, flags: readonly string[]): CompileOrder {
  engine ??= Object.fromEntries(
    readdirSync(ENGINE)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [`engine/${file}`, readFileSync(new URL(file, ENGINE), 'utf8')]),
  );
  tools ??= TOOLS.map((file) => readFileSync(file, 'utf8')).join('\n');
  const file = `engine/${patch.file}`;
  const sources = { ...engine, [file]: apply(patch, engine[file]) };
  const hash = createHash('sha256')
    .update(tools)
    .update(JSON.stringify([flags, sources]))
    .digest('hex');
  return { output: fileURLToPath(new URL(`${hash.slice(0, 24)}.wasm`, MUTANTS)), sources, flags };
}

function apply({ file, edits }: Patch, source: string | undefined): string {
  if (source === undefined) throw new Error(`Cannot patch engine/${file}: there is no such file`);
  let patched = source;
  for (const [from, to] of edits) {
    const parts = patched.split(from);
    if (parts.length !== 2) {
      throw new Error(`Cannot patch engine/${file}: it holds ${parts.length - 1} times, not once: ${from}`);
    }
    patched = parts.join(to);
  }
  return patched;
}

async function compile(orders: readonly CompileOrder[]): Promise<void> {
  if (orders.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [COMPILER], { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (status) => {
      if (status === 0) resolve();
      else reject(new Error('Cannot compile a mutant: see above'));
    });
    child.stdin.end(JSON.stringify(orders));
  });
}
