/** What the explorer knows of one instrumented place in the module. */

/** Kinds of places; the first group touches memory, the second is where V8 looks for a termination request. */
export type SiteKind =
  | 'load'
  | 'store'
  | 'rmw'
  | 'cmpxchg'
  | 'copy'
  | 'fill'
  | 'wait'
  | 'notify'
  | 'enter'
  | 'loop'
  | 'return';

export interface Site {
  readonly kind: SiteKind;
  /** Name of the function it stands in. */
  readonly where: string;
  /** Bytes accessed; 0 where the length is an operand or nothing is accessed. */
  readonly bytes: number;
  /** The static offset of the instruction, added to its address operand. */
  readonly offset: number;
  readonly atomic: boolean;
}

/** Whether the instruction may change memory. A wait does not; a notify is one, so that others see it. */
export function mayWrite(kind: SiteKind): boolean {
  return kind === 'store' || kind === 'rmw' || kind === 'cmpxchg' || kind === 'fill' || kind === 'notify';
}

/** `put: atomic cmpxchg8 +64`, for traces. */
export function describeSite(site: Site): string {
  const offset = site.offset === 0 ? '' : ` +${site.offset}`;
  const bytes = site.bytes === 0 ? '' : String(site.bytes);
  return `${site.where}: ${site.atomic ? 'atomic ' : ''}${site.kind}${bytes}${offset}`;
}
