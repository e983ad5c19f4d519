/**
 * Loads a peer by its name. It stands here, beside the peers' own node_modules, and is not compiled: from
 * `build/bench/` their names would lead nowhere. In a checkout without them it finds what the root has (lru-cache).
 *
 * @module
 */

/**
 * A package's module, or undefined where it is not installed.
 *
 * @param {string} name
 * @returns {Promise<Record<string, unknown> | undefined>}
 */
export async function loadPeer(name) {
  try {
    return await import(name);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    // a package that is there and lacks one of its own is broken, not absent
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)) return undefined;
    throw error;
  }
}
