import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { HandleContent } from './handle.js';

/** Handles travel to later workers, nested ones too, in their environment data. */
const keyOf = (name: string): string => `heddle:${name}`;

/** The handle of a cache that this thread, or a thread above it before this one began, has made known. */
export function findHandle(name: string): HandleContent | undefined {
  return getEnvironmentData(keyOf(name)) as HandleContent | undefined;
}

/** Makes a cache known to this thread and to every worker started from now on. */
export function publishHandle(handle: HandleContent): void {
  setEnvironmentData(keyOf(handle.name), handle as unknown as Parameters<typeof setEnvironmentData>[1]);
}

/** Takes it back. Workers that run already keep their copy, and find the cache closed. */
export function withdrawHandle({ id, name }: HandleContent): void {
  if (findHandle(name)?.id === id) setEnvironmentData(keyOf(name), undefined);
}
