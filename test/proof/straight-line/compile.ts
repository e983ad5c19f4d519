/**
 * Compiles samples for the checker's own test, with the optimisations the engine is compiled with.
 */
import binaryen from 'binaryen';

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

const FLAGS = [
  ...[
    '--runtime',
    'stub',
    '--importMemory',
    '--sharedMemory',
    '--initialMemory',
    '1',
    '--maximumMemory',
    '16',
  ],
  ...['--enable', 'threads', '--noAssert', '--use', 'abort=', '--debug', '--outFile', 'sample.wasm'],
];

/**
 * Compiles AssemblyScript.
 *
 * @param source a module
 * @param level the compiler's optimisation flags
 * @returns the WebAssembly module, with names
 */
export async function compileAssemblyScript(source: string, ...level: string[]): Promise<Uint8Array> {
  const compiler: Compiler = await import(COMPILER);
  let output: Uint8Array | undefined;
  const { error, stderr } = await compiler.main(['sample.ts', ...FLAGS, ...level], {
    readFile: (name) => (name === 'sample.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'sample.wasm' && typeof contents !== 'string') output = contents;
    },
    listFiles: () => [],
  });
  if (error || !output) throw new Error(`Cannot compile the sample: ${error?.message}\n${stderr}`);
  return output;
}

/**
 * Assembles WebAssembly text.
 *
 * @param text a module
 * @param optimize whether to optimise it as a compiler would; else it stays as it stands
 * @returns the WebAssembly module, with names
 */
export function assemble(text: string, optimize = false): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    binaryen.setDebugInfo(true);
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    if (optimize) module.optimize();
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}
