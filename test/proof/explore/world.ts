/**
 * What all schedules of an exploration have in common: one memory, one instance of the engine per thread and one
 * more for preparing and checking, and the memory as it is when a schedule begins.
 */
import { Coroutine, STACK_BYTES } from './coroutine.js';
import { type Hooks, PassiveHooks, SiteTable } from './hooks.js';
import type { Instrumented } from './instrument.js';
import type { WasmValue } from './program.js';
import { MAX_THREADS } from './sharing.js';
import { Snapshot } from './snapshot.js';

const PAGE_BYTES = 65_536;

/** Imports of the module besides its memory. */
export type Imports = Record<string, Record<string, unknown>>;

export interface WorldOptions {
  module: Instrumented;
  /** Pages of memory that the engine may use; the explorer adds some of its own behind them. */
  pages: number;
  /** Simulated threads, 1 to 8. */
  threads: number;
  /** The other imports of one instance; thread -1 is the instance that prepares and checks. */
  imports?: (thread: number) => Imports;
  /** Brings memory and instances into the state in which every schedule begins. */
  prepare?: (world: World) => void;
}

export class World {
  readonly module: Instrumented;
  /** The engine's memory, without the explorer's pages. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly threads: number;
  readonly table: SiteTable;
  readonly coroutines: readonly Coroutine[];

  readonly #hooks: { active: Hooks };
  readonly #passive: PassiveHooks;
  readonly #setup: Coroutine;
  readonly #reader: WebAssembly.Instance;
  #snapshot: Snapshot | undefined;

  constructor(options: WorldOptions) {
    const { module, pages, threads } = options;
    if (threads < 1 || threads > MAX_THREADS) throw new RangeError(`Cannot simulate ${threads} threads`);
    const extra = Math.ceil(((threads + 1) * STACK_BYTES) / PAGE_BYTES);
    if (pages + extra > module.maximumPages) {
      throw new RangeError(
        `Cannot use ${pages} pages: the module allows ${module.maximumPages}, ${extra} are needed`,
      );
    }
    const memory = new WebAssembly.Memory({
      initial: pages + extra,
      maximum: module.maximumPages,
      shared: true,
    });
    const size = pages * PAGE_BYTES;
    this.module = module;
    this.threads = threads;
    this.bytes = new Uint8Array(memory.buffer, 0, size);
    this.view = new DataView(memory.buffer, 0, size);
    this.table = new SiteTable(module.sites);
    this.#passive = new PassiveHooks(this.table, this.bytes, (address, length) =>
      this.touch(address, length),
    );
    this.#hooks = { active: this.#passive };
    const compiled = new WebAssembly.Module(module.wasm);
    const coroutines: Coroutine[] = [];
    for (let thread = -1; thread < threads; thread++) {
      const imports = this.#imports(memory, thread, options.imports?.(thread) ?? {});
      const area = size + (thread + 1) * STACK_BYTES;
      coroutines.push(new Coroutine(new WebAssembly.Instance(compiled, imports), memory, area));
    }
    const original = new WebAssembly.Module(module.original);
    this.#reader = new WebAssembly.Instance(original, this.#imports(memory, -1, options.imports?.(-1) ?? {}));
    [this.#setup, ...this.coroutines] = coroutines as [Coroutine, ...Coroutine[]];
    options.prepare?.(this);
    for (const coroutine of coroutines) coroutine.save();
    this.#snapshot = new Snapshot(this.bytes);
  }

  #imports(memory: WebAssembly.Memory, thread: number, imports: Imports): Imports {
    const [module, name] = this.module.memoryImport;
    const hooks = this.#hooks;
    const explore = {
      access: (pointer: number, site: number) => hooks.active.access(thread, pointer, site),
      copy: (to: number, from: number, size: number, site: number) =>
        hooks.active.copy(thread, to, from, size, site),
      fill: (to: number, byte: number, size: number, site: number) =>
        hooks.active.fill(thread, to, byte, size, site),
      wait: (pointer: number, expected: bigint, timeoutNs: bigint, site: number) =>
        hooks.active.wait(thread, pointer, expected, timeoutNs, site),
      notify: (pointer: number, count: number, site: number) =>
        hooks.active.notify(thread, pointer, count, site),
      interrupt: (site: number) => hooks.active.interrupt(thread, site),
    };
    return { ...imports, [module]: { ...imports[module], [name]: memory }, explore };
  }

  /** Lets the instances report to a schedule while an action runs. */
  report(hooks: Hooks, action: () => void): void {
    this.#hooks.active = hooks;
    try {
      action();
    } finally {
      this.#hooks.active = this.#passive;
    }
  }

  /** Brings memory and globals back to the beginning. */
  restore(): void {
    this.#snapshot?.restore();
    this.#setup.reset();
  }

  /** Calls an export of the instance that prepares and checks. Not for programs: use call(). */
  call(name: string, ...args: WasmValue[]): number {
    return Number(this.#setup.lookup(name)(...args) ?? 0);
  }

  /** Calls an export of a thread's own instance; only while preparing, for example to attach it. */
  callAs(thread: number, name: string, ...args: WasmValue[]): number {
    const coroutine = this.coroutines[thread];
    if (coroutine === undefined) throw new RangeError(`Cannot call ${name}: there is no thread ${thread}`);
    return Number(coroutine.lookup(name)(...args) ?? 0);
  }

  /**
   * Calls an export of the module as it was, without instruments: several times faster, for functions that walk
   * through much memory and write none, such as the engine's own check of its structures.
   */
  query(name: string, ...args: WasmValue[]): number {
    const found = this.#reader.exports[name];
    if (typeof found !== 'function')
      throw new TypeError(`Cannot call ${name}: the module exports no such function`);
    return Number(found(...args) ?? 0);
  }

  /** Reads a global that the module exports. */
  global(name: string): number {
    return Number(this.#setup.global(name));
  }

  /** Writes bytes from a program or a check. Not a step: for memory that no other thread looks at. */
  write(address: number, bytes: ArrayLike<number>): void {
    this.touch(address, bytes.length);
    this.bytes.set(bytes, address);
  }

  /** Says that JavaScript is about to write a range by other means than write(). */
  touch(address: number, length: number): void {
    if (length > 0) this.#snapshot?.touch(address, length);
  }
}
