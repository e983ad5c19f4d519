/**
 * A program of its own, started by mutant.ts: compiles engines from the sources on its standard input, one after the
 * other, since the compiler is several times faster once it is warm.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { json } from 'node:stream/consumers';
import type { CompileOrder } from './mutant.js';

/** The part of the AssemblyScript compiler's interface that is used here. */
interface Compiler {
  main(
    argv: readonly string[],
    host: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      listFiles(): string[];
    },
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
}

// Not a plain import: the compiler's declarations would make the globals of AssemblyScript those of this project.
const COMPILER = 'assemblyscript/asc';

/** As scripts/build-engine.mjs; a test holds the bytes of an unchanged engine against those of the build. */
const FLAGS = [
  ['--runtime', 'stub'],
  ['--importMemory', '--noExportMemory', '--sharedMemory'],
  ['--initialMemory', '1', '--maximumMemory', '65536', '--zeroFilledMemory'],
  ['--enable', 'threads'],
  ['-O3', '--converge', '--noAssert'],
  ['--use', 'abort='],
  ['--debug'],
].flat();
const OUTPUT = 'engine.wasm';

async function compileEngine(compiler: Compiler, sources: CompileOrder['sources']): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const { error, stderr } = await compiler.main(['engine/index.ts', ...FLAGS, '--outFile', OUTPUT], {
    readFile: (name) => sources[name] ?? null,
    writeFile: (name, contents) => {
      if (name === OUTPUT && typeof contents !== 'string') module = contents;
    },
    listFiles: () => [],
  });
  if (error || !module) throw new Error(`Cannot compile the engine: ${error?.message}\n${stderr}`);
  return module;
}

const orders = (await json(process.stdin)) as CompileOrder[];
const compiler: Compiler = await import(COMPILER);
for (const { output, sources } of orders) {
  mkdirSync(dirname(output), { recursive: true });
  // in one step: another test may be looking for the same mutant
  const temporary = `${output}.${process.pid}`;
  writeFileSync(temporary, await compileEngine(compiler, sources));
  renameSync(temporary, output);
}
