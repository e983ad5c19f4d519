/**
 * One instance of the instrumented module as a coroutine: a call into it can stop inside an import and go on later.
 *
 * Asyncify keeps the stack of a stopped call in memory, behind the part that the engine knows:
 *
 *   | top: i32 | end: i32 | saved frames … |        one area per instance
 */
import { GLOBAL_PREFIX } from './instrument.js';
import type { WasmValue } from './program.js';

/** Bytes of one area. A deeper stack traps as unreachable. */
export const STACK_BYTES = 65_536;
const HEADER_BYTES = 8;

type Exported = (...args: readonly WasmValue[]) => WasmValue | undefined;

export class Coroutine {
  /** What the last call that came to its end returned. */
  result: WasmValue | undefined;
  /** A call has stopped and can go on. */
  suspended = false;

  readonly #exports: Record<string, unknown>;
  readonly #area: number;
  readonly #view: DataView;
  readonly #globals: WebAssembly.Global[] = [];
  readonly #asyncify: Record<'startUnwind' | 'stopUnwind' | 'startRewind' | 'stopRewind', Exported>;
  #values: WasmValue[] = [];
  #unwinding = false;
  #rewinding = false;
  #func: Exported = () => undefined;
  #args: readonly WasmValue[] = [];

  constructor(instance: WebAssembly.Instance, memory: WebAssembly.Memory, area: number) {
    this.#exports = instance.exports;
    this.#area = area;
    this.#view = new DataView(memory.buffer);
    this.#asyncify = {
      startUnwind: this.lookup('asyncify_start_unwind'),
      stopUnwind: this.lookup('asyncify_stop_unwind'),
      startRewind: this.lookup('asyncify_start_rewind'),
      stopRewind: this.lookup('asyncify_stop_rewind'),
    };
    for (const [name, value] of Object.entries(instance.exports)) {
      if (name.startsWith(GLOBAL_PREFIX) && value instanceof WebAssembly.Global) this.#globals.push(value);
    }
  }

  /** Keeps the present values of the mutable globals for reset(). */
  save(): void {
    this.#values = this.#globals.map((global) => global.value);
  }

  /** Forgets a call that has stopped, and restores the globals. */
  reset(): void {
    this.suspended = false;
    this.#unwinding = false;
    this.#rewinding = false;
    for (const [index, global] of this.#globals.entries()) global.value = this.#values[index] ?? 0;
  }

  /** An export, which must be a function. */
  lookup(name: string): Exported {
    const found = this.#exports[name];
    if (typeof found !== 'function')
      throw new TypeError(`Cannot call ${name}: the module exports no such function`);
    return found as Exported;
  }

  /** A global that the module exports, constant or not. */
  global(name: string): WasmValue {
    const found = this.#exports[name];
    if (!(found instanceof WebAssembly.Global)) {
      throw new TypeError(`Cannot read ${name}: the module exports no such global`);
    }
    return found.value;
  }

  /** Begins a call; false when it stopped on its way. */
  start(name: string, args: readonly WasmValue[]): boolean {
    this.#func = this.lookup(name);
    this.#args = args;
    return this.#enter();
  }

  /** Goes on with the call that has stopped; false when it stopped again. */
  resume(): boolean {
    this.suspended = false;
    this.#rewinding = true;
    this.#asyncify.startRewind(this.#area);
    return this.#enter();
  }

  #enter(): boolean {
    const result = this.#func(...this.#args);
    if (this.#unwinding) {
      this.#asyncify.stopUnwind();
      this.#unwinding = false;
      this.suspended = true;
      return false;
    }
    this.result = result;
    return true;
  }

  /** Inside an import: stop here. The import must return at once, with any value. */
  suspend(): void {
    this.#view.setInt32(this.#area, this.#area + HEADER_BYTES, true);
    this.#view.setInt32(this.#area + 4, this.#area + STACK_BYTES, true);
    this.#unwinding = true;
    this.#asyncify.startUnwind(this.#area);
  }

  /** Inside an import: whether this is the call that had stopped, entered once more on the way back. */
  landed(): boolean {
    if (!this.#rewinding) return false;
    this.#rewinding = false;
    this.#asyncify.stopRewind();
    return true;
  }
}
