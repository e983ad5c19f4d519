/** Installs the peers, on demand: a checkout comes without them. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { root } from './root.js';

/** Makes sure that bench/node_modules is what bench/package-lock.json says. */
export function ready(): void {
  const folder = fileURLToPath(new URL('bench/', root));
  const [wanted, present] = [`${folder}package-lock.json`, `${folder}node_modules/.package-lock.json`];
  if (existsSync(present) && statSync(present).mtimeMs >= statSync(wanted).mtimeMs) return;
  console.error('Installing the peers into bench/node_modules …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('Cannot install them: those that are missing take no part, and the report says so.');
  }
}
