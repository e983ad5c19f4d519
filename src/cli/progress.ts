import { canRedraw, formatBar, formatCount, formatShare } from './terminal.js';

const INTERVAL_MS = 100;
const BAR_WIDTH = 30;
const ERASE_LINE = '\r\x1b[K';

/**
 * Shows on the terminal (on standard error, and nowhere else) how far some work has come, as long as it runs.
 *
 * @param done asked a few times a second
 * @param unit what is counted
 */
export async function withProgress<Result>(
  total: number,
  done: () => number,
  work: () => Promise<Result>,
  unit = 'requests',
): Promise<Result> {
  const { stderr } = process;
  if (!canRedraw(stderr)) return await work();
  const timer = setInterval(() => {
    const share = done() / total;
    stderr.write(
      `${ERASE_LINE}  ${formatBar(share, BAR_WIDTH)} ${formatShare(share, 0)} of ${formatCount(total)} ${unit}`,
    );
  }, INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    stderr.write(ERASE_LINE);
  }
}
