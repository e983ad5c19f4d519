/**
 * The part of the WebAssembly namespace that this package uses.
 *
 * TypeScript declares it only together with the whole browser library, whose globals (`name`, `close`, `event`,
 * …) would then compile silently in code that runs in Node.js only.
 */
declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: ArrayBufferLike;
    grow(pages: number): number;
  }

  interface ModuleImportDescriptor {
    module: string;
    name: string;
    kind: string;
  }

  interface ModuleExportDescriptor {
    name: string;
    kind: string;
  }

  class Module {
    constructor(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer);
    static imports(module: Module): ModuleImportDescriptor[];
    static exports(module: Module): ModuleExportDescriptor[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }

  class Global<Value = number | bigint> {
    constructor(descriptor: { value: string; mutable?: boolean }, value?: Value);
    value: Value;
    valueOf(): Value;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer): boolean;
}
