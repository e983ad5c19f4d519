/**
 * Engines that are broken on purpose, to see that broken engines are found.
 *
 * All defects of one file are compiled into one module, each behind a switch: a word at the beginning of the shared
 * memory, where nothing else stands. So the same module with the switch off shows that it is the defect that is found,
 * and the compiler, which is slow, has little to do.
 */
import { randomFillSync } from 'node:crypto';
import { type CacheHandle, ThreadSafeCache } from '../../../src/index.js';
import { nowMicros } from '../../../src/memory/clock.js';
import { instantiate } from '../../../src/memory/engine.js';
import { makeHandle } from '../../../src/memory/handle.js';
import { type CacheOptions, resolveOptions } from '../../../src/options.js';
import { compileMutants, type Patch } from '../../support/mutant.js';
import { DEFECTS, type Defect } from './defects.js';

/** Address of the switch. */
const SWITCH = 32;
const PAGE = 65_536;

/** What each file needs besides, for the defects in it. */
const SUPPORT: Readonly<Record<Defect['file'], Patch['edits']>> = {
  'sections.ts': [
    ['releaseUnchanged, tryLock }', 'releaseUnchanged, readFree, tryLock }'],
    withSwitch('export let newKeyInfo: u32 = 0;'),
  ],
  'operations.ts': [withSwitch('const LOCKED: usize = 2;')],
  'conditional.ts': [withSwitch("import { Sized, lengthOf } from './table';")],
};

/** The modules with the defects, by the file these are in. */
export type BrokenModules = Readonly<Record<Defect['file'], WebAssembly.Module>>;

/** Compiles them, if that has not been done before. */
export async function compileDefects(): Promise<BrokenModules> {
  const files = ['sections.ts', 'operations.ts', 'conditional.ts'] as const;
  const [sections, operations, conditional] = await compileMutants(files.map(patchOf));
  return {
    'sections.ts': moduleOf(sections),
    'operations.ts': moduleOf(operations),
    'conditional.ts': moduleOf(conditional),
  };
}

/** A cache with a broken engine; without a defect, with the switch off. */
export function makeBrokenCache(
  modules: BrokenModules,
  file: Defect['file'],
  defect: Defect | undefined,
  given: CacheOptions,
): ThreadSafeCache {
  const options = resolveOptions(given);
  const pages = Math.floor(options.maxBytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { engine } = instantiate(modules[file], memory);
  const [a = 0, b = 0, c = 0, d = 0] = randomFillSync(new Uint32Array(4));
  if (engine.initialize(pages, options.maxSize, options.shards, nowMicros(), a, b, c, d) === 0) {
    throw new Error('Cannot make a cache: maxBytes is too small for it');
  }
  new Uint32Array(memory.buffer, SWITCH, 1)[0] = defect === undefined ? 0 : numberOf(defect);
  const handle: unknown = makeHandle(options.name, modules[file], memory, options);
  return ThreadSafeCache.attach(handle as CacheHandle);
}

/** What the switch is set to; 0 is off. */
function numberOf(defect: Defect): number {
  return DEFECTS.indexOf(defect) + 1;
}

function patchOf(file: Defect['file']): Patch {
  const edits = DEFECTS.filter((defect) => defect.file === file).map((defect) => {
    const [from, to] = defect.edit;
    return [from, to.replaceAll('isBroken()', `isBroken(${numberOf(defect)})`)] as const;
  });
  return { file, edits: [...edits, ...SUPPORT[file]] };
}

function withSwitch(text: string): readonly [from: string, to: string] {
  return [
    text,
    `${text}\nfunction isBroken(defect: u32): bool {\n  return load<u32>(${SWITCH}) == defect;\n}`,
  ];
}

function moduleOf(bytes: Uint8Array | undefined): WebAssembly.Module {
  return new WebAssembly.Module(Buffer.from(bytes ?? []));
}
