/**
 * `npm run soak -- …`: starts test/soak/main.js with few arenas of malloc. glibc has up to eight for each processor, and
 * each keeps what threads have freed in it; with thousands of threads that come and go that is 300 MiB, which wander by a
 * tenth in an hour, and what is leaked would not be seen for it.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const { status } = spawnSync(
  process.execPath,
  ['--expose-gc', 'build/test/soak/main.js', ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, MALLOC_ARENA_MAX: '2' } },
);
process.exitCode = status ?? 1;
