import type { HistoryEvent } from '../threads/workers/loading-history.js';

/**
 * What is wrong with a history of loads, puts and removals of a cache that evicts nothing, as texts.
 *
 * Everything that writes is unique, so a read names the write that it saw. A write is over when a later one began after it
 * had ended: whoever began to read after that one had ended must not see the first. A loaded value counts as written when
 * its loader began: what was put or removed since then has won.
 */
export function wrongReads(history: readonly HistoryEvent[]): string[] {
  const wrong: string[] = [];
  for (const [key, events] of byKey(history)) {
    const written = new Map(events.filter(isSource).map((event) => [event.value, event]));
    const writes = events.filter(({ kind }) => kind === 'put' || kind === 'remove' || kind === 'clear');
    for (const read of events.filter(({ kind }) => kind === 'read')) {
      const problem = wrongRead(read, written, writes);
      if (problem) wrong.push(`${key} at ${read.start}: ${read.value ?? 'nothing'}, ${problem}`);
    }
  }
  return wrong;
}

function isSource({ kind }: HistoryEvent): boolean {
  return kind === 'put' || kind === 'load';
}

function wrongRead(
  read: HistoryEvent,
  written: ReadonlyMap<string | undefined, HistoryEvent>,
  writes: readonly HistoryEvent[],
): string | undefined {
  if (read.value === undefined) return wrongMiss(read, writes);
  const source = written.get(read.value);
  if (source === undefined) return 'which nobody wrote';
  if (source.start > read.end) return 'which was written later';
  const winner = writes.find(({ start, end }) => start > source.end && end < read.start);
  return winner && `which was over by the ${winner.kind} at ${winner.start}`;
}

/** Nothing is there only if no put is the last of all: one that had ended, and that nothing removed since it began. */
function wrongMiss(read: HistoryEvent, writes: readonly HistoryEvent[]): string | undefined {
  const last = writes.findLast(({ kind, end }) => kind === 'put' && end < read.start);
  if (last === undefined) return undefined;
  const mayBeGone = writes.some(
    ({ kind, start, end }) => kind !== 'put' && end > last.start && start < read.end,
  );
  return mayBeGone ? undefined : `although ${last.value} was put at ${last.start}`;
}

/** The events of each key, a clear with those of all, by their ends. */
function byKey(history: readonly HistoryEvent[]): Map<string, HistoryEvent[]> {
  const sorted = history.toSorted((a, b) => a.end - b.end);
  const keys = new Set(sorted.map(({ key }) => key).filter((key) => key !== undefined));
  return new Map([...keys].map((key) => [key, sorted.filter((each) => each.key === key || !each.key)]));
}
