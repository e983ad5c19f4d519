/** Finding the packages that heddle is measured against. */
import { createRequire } from 'node:module';
import { root } from './root.js';

const { loadPeer }: { loadPeer(name: string): Promise<Record<string, unknown> | undefined> } = await import(
  new URL('bench/peers.mjs', root).href
);

/** One of a package's exports: a class or a function, whose shape the adapter knows. */
export async function peerExport<Shape>(name: string, what: string): Promise<Shape> {
  const module = await loadPeer(name);
  if (module === undefined) throw new NotInstalled(name);
  const found = module[what];
  if (found === undefined) throw new Error(`Cannot use ${name}: it exports no '${what}'`);
  return found as Shape;
}

/** Why a contender does not take part: said in the report, in place of figures. */
export class NotInstalled extends Error {
  constructor(what: string) {
    super(`${what}: not installed`);
  }
}

/** Whether a package is there. */
export async function isInstalled(name: string): Promise<boolean> {
  return (await loadPeer(name)) !== undefined;
}

/** The version of an installed package; undefined where its package.json cannot be read. */
export function peerVersion(name: string): string | undefined {
  const require = createRequire(new URL('bench/package.json', root));
  try {
    const { version }: { version: string } = require(`${name}/package.json`);
    return version;
  } catch {
    return undefined;
  }
}
