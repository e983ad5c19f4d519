/** The engine under test and its mutants, ready for the explorer. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Instrumented, instrument } from '../explore/index.js';

/** Tests run from `build/test/`. */
const BUILD = new URL('../../../', import.meta.url);
const FOLDER = new URL('mutants/', BUILD);
/** What an instrumented module depends on, besides the module. */
const TOOL = new URL('../explore/instrument.js', import.meta.url);

/** What is kept of an instrumented module. */
type Kept = Omit<Instrumented, 'wasm' | 'original'> & { readonly wasm: string };

/** The engine as it was built, with names. */
export function builtEngine(): Uint8Array {
  return readFileSync(new URL('engine.names.wasm', BUILD));
}

/** Instruments a module, or takes what an earlier run has left in `build/mutants/`: that takes longer than most failures. */
export function prepared(module: Uint8Array): Instrumented {
  const hash = createHash('sha256').update(module).update(readFileSync(TOOL)).digest('hex');
  const file = fileURLToPath(new URL(`${hash.slice(0, 24)}.json`, FOLDER));
  if (existsSync(file)) {
    const { wasm, ...rest }: Kept = JSON.parse(readFileSync(file, 'utf8'));
    return { ...rest, wasm: Uint8Array.from(Buffer.from(wasm, 'base64')), original: Uint8Array.from(module) };
  }
  const instrumented = instrument(module);
  const { wasm, original: _, ...rest } = instrumented;
  const kept: Kept = { ...rest, wasm: Buffer.from(wasm).toString('base64') };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(kept));
  renameSync(`${file}.${process.pid}`, file);
  return instrumented;
}
