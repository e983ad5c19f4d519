/** The checkout's folder, seen from `build/bench/lib/`. */
export const root = new URL('../../../', import.meta.url);
