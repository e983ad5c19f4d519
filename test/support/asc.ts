/** The AssemblyScript compiler, in this process: from sources in memory to a module in memory. */

/** The part of the compiler's interface that is used here. */
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
const OUTPUT = 'module.wasm';

/**
 * Compiles a module.
 *
 * @param main the name of its first source
 * @param sources by the names that the compiler asks for
 * @param flags see scripts/lib/asc-flags.mjs
 */
export async function compileAssemblyScript(
  main: string,
  sources: Readonly<Record<string, string>>,
  flags: readonly string[],
): Promise<Uint8Array> {
  const compiler: Compiler = await import(COMPILER);
  let module: Uint8Array | undefined;
  const { error, stderr } = await compiler.main([main, ...flags, '--outFile', OUTPUT], {
    readFile: (name) => sources[name] ?? null,
    writeFile: (name, contents) => {
      if (name === OUTPUT && typeof contents !== 'string') module = contents;
    },
    listFiles: () => [],
  });
  if (error || !module) throw new Error(`Cannot compile ${main}: ${error?.message}\n${stderr}`);
  return module;
}
