import { readFileSync, readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

/**
 * Names a thread so that the name does not come again: on Linux the operating system's thread number and the time
 * the thread started (clock ticks since boot, 24 bits of it: the number alone may be given to a later thread). Where
 * the system does not tell, `thread` is 0 and `start` Node's thread number; then nobody can tell whether it still lives.
 */
export interface ThreadIdentity {
  readonly thread: number;
  readonly start: number;
}

const START_MASK = 0xffffff;

/** When a thread of this process was started, or `undefined` when there is no such thread; throws when it cannot be told. */
function startOf(thread: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
    // the name of the thread, in parentheses, may hold anything; the start is the 20th field behind it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[19]) & START_MASK;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: it ended while the file was being read
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function identify(): ThreadIdentity {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    const start = startOf(thread);
    if (thread > 0 && start !== undefined) return { thread, start };
  } catch {
    // not Linux, no access to /proc, no file descriptor left
  }
  return { thread: 0, start: threadId & START_MASK };
}

/** This thread. */
export const ownIdentity: ThreadIdentity = identify();

/** Whether a thread of this process is known to have ended; false when that cannot be known. */
export function isThreadGone({ thread, start }: ThreadIdentity): boolean {
  // who has no name of its own here cannot look at the others' either
  if (thread === 0 || ownIdentity.thread === 0) return false;
  try {
    // where this thread cannot be found either, nothing can
    return startOf(thread) !== start && startOf(ownIdentity.thread) === ownIdentity.start;
  } catch {
    return false;
  }
}
