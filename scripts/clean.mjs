/** Removes everything that the build makes. The cache of downloaded Node.js versions stays. @module */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/files.mjs';

for (const folder of ['build', 'dist', 'src/generated']) {
  rmSync(join(root, folder), { recursive: true, force: true });
}
