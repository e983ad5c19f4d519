/**
 * Whether an error says that the stack is at its end. Where V8 has not compiled a regular expression yet, it takes that for
 * an error of the expression.
 */
export function isOverflow({ name, message }: { readonly name: string; readonly message: string }): boolean {
  return name === 'SyntaxError'
    ? message.endsWith(': Stack overflow')
    : name === 'RangeError' && message.includes('call stack');
}

/** Runs something so many frames above the end of the stack. */
export type Dive = (above: number, run: () => void, outcome: { error?: unknown }) => number;

/** Calls itself until the stack is full, and runs something on the way back, so many frames above the end. */
export function makeDive(width: number): Dive {
  const padding = Array.from({ length: width }, (_, index) => `, p${index}`).join('');
  const source = `
    return function dive(above, run, outcome ${padding}) {
      let depth;
      try { depth = dive(above, run, outcome ${', 0'.repeat(width)}); } catch { return 1; }
      if (depth === above) try { run(); } catch (error) { outcome.error = error; }
      return depth + 1;
    }`;
  return new Function(source)() as Dive;
}

function isByOverflow(error: unknown): boolean {
  const reasons = [error, (error as Error).cause];
  return reasons.some((reason) => reason instanceof Error && isOverflow(reason));
}

/** So many frames above the end all that is run once finds room to be compiled. */
export const AMPLE = 2000;

/** Does something near the end of the stack; whether that was reached. Run it once before where there is {@link AMPLE} room. */
export function overflows(dive: Dive, above: number, run: () => void): boolean {
  const outcome: { error?: unknown } = {};
  dive(above, run, outcome);
  if (outcome.error !== undefined && !isByOverflow(outcome.error)) throw outcome.error;
  return outcome.error !== undefined;
}

/** Numbers from one up to another, in steps. */
export function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}
