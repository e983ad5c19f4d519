/**
 * Engines that are broken on purpose, to see that broken engines are found.
 *
 * All defects of one file are compiled into one module, each behind a switch: a word at the beginning of the shared
 * memory, where nothing else stands. So the same module with the switch off shows that it is the defect that is found,
 * and the compiler, which is slow, has little to do.
 */
import type { CacheOptions, ThreadSafeCache } from '../../../src/index.js';
import { contentOf } from '../../support/caches.js';
import type { Patch } from '../../support/mutant.js';
import { compileModules, makeCacheOver, wordsOf } from '../../support/mutant-cache.js';
import { DEFECTS, type Defect } from './defects.js';

/** Address of the switch. */
const SWITCH = 32;

/** What each file needs besides, for the defects in it. */
const SUPPORT: Readonly<Record<Defect['file'], Patch['edits']>> = {
  'sections.ts': [
    ['releaseUnchanged, tryLock }', 'releaseUnchanged, readFree, tryLock }'],
    withSwitch('export let newKeyInfo: u32 = 0;'),
  ],
  'operations.ts': [withSwitch('const LOCKED: usize = 2;')],
  'deadline.ts': [withSwitch("import { wheelLink, wheelUnlink } from './wheel';")],
  'near.ts': [withSwitch("import { BUSY, MISS, OK } from './status';")],
  'conditional.ts': [withSwitch("import { Sized, lengthOf } from './table';")],
};

/** The modules with the defects, by the file these are in. */
export type BrokenModules = Readonly<Record<Defect['file'], WebAssembly.Module>>;

/** Compiles them, if that has not been done before. */
export async function compileDefects(): Promise<BrokenModules> {
  const files = ['sections.ts', 'operations.ts', 'deadline.ts', 'near.ts', 'conditional.ts'] as const;
  const modules = await compileModules(files.map(patchOf));
  return Object.fromEntries(files.map((file, index) => [file, modules[index]])) as unknown as BrokenModules;
}

/** A cache with a broken engine; without a defect, with the switch off. */
export function makeBrokenCache(
  modules: BrokenModules,
  file: Defect['file'],
  defect: Defect | undefined,
  given: CacheOptions,
): ThreadSafeCache {
  const cache = makeCacheOver(modules[file], given);
  wordsOf(contentOf(cache).memory)[SWITCH / 4] = defect === undefined ? 0 : numberOf(defect);
  return cache;
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
