/** What the parts of the HTTP server under load say to each other. */

/** What the server's process is started with. */
export interface ServerOrder {
  /** The cache behind it. */
  readonly contender: string;
  readonly entries: number;
  readonly threads: number;
}

/** What its process answers: where it listens, and in the end how often its backend was asked. */
export type ServerAnswer =
  | { readonly kind: 'listening'; readonly port: number; readonly sharing: Sharing }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'stopped'; readonly backendCalls: number };

/** How requests reach the worker threads. */
export type Sharing = 'reusePort' | 'one accepting thread';

/** What each worker thread is started with. */
export interface HandlerData {
  readonly contender: string;
  readonly connection: unknown;
  /** One word: calls of the backend, by all threads. */
  readonly backendCalls: Int32Array;
  /** The port that each listens on; undefined: requests come as messages. */
  readonly port: number | undefined;
}

/** A request that the accepting thread hands on, and its answer. */
export type Handed = readonly [id: number, key: string];
export type Handled = readonly [id: number, body: string | undefined];

/** From here on a port can be listened on by several threads. */
export function canReusePort(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
