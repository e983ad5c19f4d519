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
  const members = membersOf(cache).filter((name) => name.startsWith(typed));
  return [members.map((name) => `${object}${name}`), `${object}${typed}`];
}

/** The names of what the class of an object has, inherited or not, in order. */
function membersOf(object: object): string[] {
  const names = new Set<string>();
  let prototype: object = Object.getPrototypeOf(object);
  while (prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) names.add(name);
    prototype = Object.getPrototypeOf(prototype);
  }
  names.delete('constructor');
  return [...names].sort();
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
