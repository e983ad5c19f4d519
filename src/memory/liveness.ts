import { instantiate, Status } from './engine.js';
import type { HandleContent } from './handle.js';

/** Whether a cache has not been shut down. A handle of another layout counts as open: attaching says what is wrong. */
export function isOpen({ module, memory }: HandleContent): boolean {
  const { engine } = instantiate(module, memory);
  return engine.isCompatible() === 0 || engine.size() !== Status.CLOSED;
}
