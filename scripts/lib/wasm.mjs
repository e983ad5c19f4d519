/** Reading the sections of a compiled WebAssembly module. @module */

const headerBytes = 8;
const customSection = 0;
const startSection = 8;
const dataSection = 11;

/**
 * The sections of a module, in order.
 *
 * @param {Uint8Array} module
 * @returns {{ id: number, bytes: Uint8Array }[]} each with its id and its bytes, id and length included
 */
export function sectionsOf(module) {
  const sections = [];
  for (let offset = headerBytes; offset < module.length; ) {
    const start = offset;
    const id = module[offset++] ?? 0;
    let length = 0;
    let shift = 0;
    let byte = 0;
    do {
      byte = module[offset++] ?? 0;
      length += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte & 0x80);
    offset += length;
    sections.push({ id, bytes: module.subarray(start, offset) });
  }
  return sections;
}

/**
 * The same module without its custom sections (names and the like): nothing that runs is touched.
 *
 * @param {Uint8Array} module
 * @returns {Uint8Array}
 */
export function withoutCustomSections(module) {
  const kept = sectionsOf(module).filter(({ id }) => id !== customSection);
  return Buffer.concat([module.subarray(0, headerBytes), ...kept.map(({ bytes }) => bytes)]);
}

/**
 * What a module that many threads instantiate over one memory must not have, and this one has.
 *
 * @param {Uint8Array} bytes
 * @returns {string[]} sentences that continue "the engine …"; none if all is well
 */
export function wrongInModule(bytes) {
  const wrong = [];
  const has = (/** @type {number} */ id) => sectionsOf(bytes).some((section) => section.id === id);
  // Both would run again in each thread that attaches, over memory that others are using.
  if (has(dataSection))
    wrong.push('has static data (a string, a static array, an assertion message that stayed)');
  if (has(startSection)) wrong.push('has a start function (a global whose value is not a constant)');
  for (const { module, name } of WebAssembly.Module.imports(new WebAssembly.Module(Buffer.from(bytes)))) {
    if (`${module}.${name}` !== 'env.memory') wrong.push(`imports ${module}.${name}`);
  }
  return wrong;
}
