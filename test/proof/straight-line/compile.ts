/**
 * Compiles samples for the checker's own test, with the optimisations the engine is compiled with.
 */
import binaryen from 'binaryen';
import { commonFlags } from '../../../scripts/lib/asc-flags.mjs';
import { compileAssemblyScript } from '../../support/asc.js';

const SOURCE = 'sample.ts';

/**
 * Compiles AssemblyScript.
 *
 * @param source a module
 * @param level the compiler's optimisation flags
 * @returns the WebAssembly module, with names
 */
export function compileSample(source: string, ...level: string[]): Promise<Uint8Array> {
  return compileAssemblyScript(SOURCE, { [SOURCE]: source }, [...commonFlags, ...level]);
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
