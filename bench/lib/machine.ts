/** Where and when a run took place: figures without that mean nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { root } from './root.js';

/** What a report says about its run. */
export interface Machine {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly v8: string;
  readonly system: string;
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly scale: string;
  /** Processes that wanted to run, averaged over a minute: before and after. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** Begins a description; the function it answers ends it. */
export function describeMachine(scale: string): () => Machine {
  const [loadBefore = 0] = loadavg();
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return () => ({
    date: `${date} UTC`,
    commit: commit(),
    node: process.version,
    v8: process.versions.v8,
    system: `${type()} ${release()}, ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryGiB: Math.round(memoryBytes() / 2 ** 30),
    scale,
    loadBefore: round(loadBefore),
    loadAfter: round(loadavg()[0] ?? 0),
  });
}

/** The sentence that stands under a heading. */
export function machineText(machine: Machine): string {
  const { date, commit: at, node, v8, system, processor, processors, memoryGiB } = machine;
  return (
    (machine.scale === 'full' ? '' : `A ${machine.scale} run, not to be quoted. `) +
    `${date}, commit ${at}, Node.js ${node} (V8 ${v8}), ${system}, ${processors} × ${processor}, ${memoryGiB} GiB; ` +
    `load average ${machine.loadBefore} before and ${machine.loadAfter} after.`
  );
}

const round = (figure: number) => Math.round(figure * 100) / 100;

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    const changed = git(
      'status',
      '--porcelain',
      '--untracked-files=no',
      '--',
      'src',
      'engine',
      'bench',
    ).trim();
    return git('rev-parse', '--short', 'HEAD').trim() + (changed === '' ? '' : ' with changes');
  } catch {
    return 'unknown';
  }
}

/** What this process may use, where a container limits it. */
function memoryBytes(): number {
  try {
    const limit = Number(readFileSync('/sys/fs/cgroup/memory.max', 'utf8'));
    return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  } catch {
    return totalmem();
  }
}
