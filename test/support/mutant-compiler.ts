/**
 * A program of its own, started by mutant.ts: compiles engines from the sources on its standard input, one after the
 * other, since the compiler is several times faster once it is warm.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { json } from 'node:stream/consumers';
import { compileAssemblyScript } from './asc.js';
import type { CompileOrder } from './mutant.js';

const orders = (await json(process.stdin)) as CompileOrder[];
for (const { output, sources, flags } of orders) {
  mkdirSync(dirname(output), { recursive: true });
  // in one step: another test may be looking for the same mutant
  const temporary = `${output}.${process.pid}`;
  writeFileSync(temporary, await compileAssemblyScript('engine/index.ts', sources, flags));
  renameSync(temporary, output);
}
