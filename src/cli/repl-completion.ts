import type { REPLServer } from 'node:repl';

/** What has been typed so far of a property of `cache`. */
const ofCache = /(?:^|[^.\w$])(cache\.)([\w$]*)$/;

/**
 * The completions of a line that ends in a property of `cache`, and the end of the line that they replace; undefined for
 * any other line. They are the members of the class: what every object has is of no help here.
 */
export function completeMember(
  line: string,
  cache: object,
): [completions: string[], typed: string] | undefined {
  const [, object, typed] = ofCache.exec(line) ?? [];
  if (object === undefined || typed === undefined) return undefined;
  const members = Object.getOwnPropertyNames(Object.getPrototypeOf(cache))
    .filter((name) => name !== 'constructor' && name.startsWith(typed))
    .sort();
  return [members.map((name) => `${object}${name}`), `${object}${typed}`];
}

/** Puts {@link completeMember} before a prompt's own completion. */
export function completeCache(server: REPLServer, cache: object): void {
  type Completer = (line: string, callback: (error?: Error | null, result?: unknown) => void) => void;
  const usual = server.completer as Completer;
  const completer: Completer = (line, callback) => {
    const found = completeMember(line, cache);
    if (found === undefined) usual(line, callback);
    else callback(null, found);
  };
  Object.assign(server, { completer });
}
