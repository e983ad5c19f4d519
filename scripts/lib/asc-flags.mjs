/**
 * What the AssemblyScript compiler is told: for the engine, and for the engines with a defect and the samples of code
 * that the tests compile.
 *
 * @module
 */

/** Of every module. */
export const commonFlags = [
  // No allocator and no collector: the engine manages the shared memory itself.
  ['--runtime', 'stub'],
  // All threads run over one memory, which the host makes: 1 page at least, 4 GiB at most.
  ['--importMemory', '--noExportMemory', '--sharedMemory'],
  ['--initialMemory', '1', '--maximumMemory', '65536', '--zeroFilledMemory'],
  ['--enable', 'threads'],
  ['--noAssert'],
  // Without assertions only the compiler's own checks could abort; a trap does as well and needs no import.
  ['--use', 'abort='],
  // The name section. It does not change the code.
  ['--debug'],
].flat();

export const optimisation = ['-O3', '--converge'];

export const engineFlags = [...commonFlags, ...optimisation];

/** Of engines with a defect: compiled three times as fast. */
export const mutantFlags = [...commonFlags, '-O1'];
