import { createRequire } from 'node:module';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { suggest } from '../suggest.js';

/** One of the things `heddle` can do. */
export interface Command {
  readonly name: string;
  /** What it does, in one line of the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Takes what follows the command's name; resolves when it is done. */
  run(args: string[]): Promise<void>;
}

/** What went wrong, in words for the person at the terminal: printed without a stack. */
export class CommandError extends Error {
  /** 1: it could not be done; 2: it was asked for in a way that nobody understands; above 128: a signal ended it. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** An error in how a command was called. */
export function usageError(message: string): CommandError {
  return new CommandError(message, 2);
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** What {@link parse} makes of the arguments, by the options that it was given. */
export type Parsed<Wanted extends Options> = ReturnType<
  typeof parseArgs<{ options: Wanted; allowPositionals: true; strict: true }>
>;

/**
 * Takes a command's arguments apart.
 *
 * @throws {@link CommandError} for an unknown option, a missing value, or more positional arguments than `most`.
 */
export function parse<const Wanted extends Options>(
  args: string[],
  options: Wanted,
  most = 0,
): Parsed<Wanted> {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    const surplus = parsed.positionals[most];
    if (surplus === undefined) return parsed;
    throw usageError(`'${surplus}' is one argument too many`);
  } catch (error) {
    throw error instanceof CommandError ? error : usageError(explain(error, Object.keys(options)));
  }
}

/** Node's own messages are long, and suggest nothing. */
function explain(error: unknown, names: string[]): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const option = /'(-[^' ]*)/.exec(message)?.[1];
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || option === undefined) return message;
  const meant = suggest(option.replace(/^-+/, ''), names);
  return `${option} is not an option${meant === undefined ? '' : `, did you mean --${meant}?`}`;
}

/**
 * The number that an option's text means.
 *
 * @throws {@link CommandError} when it is no whole number from `least` to `most`.
 */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw usageError(`${option} is '${text}', a whole number from ${least} to ${most} is required`);
}

/**
 * The number of seconds that an option's text means.
 *
 * @throws {@link CommandError} when it is no number from `least` to `most`.
 */
export function seconds(option: string, text: string, least: number, most: number): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw usageError(`${option} is '${text}', a number of seconds from ${least} to ${most} is required`);
}

/**
 * The share of 1 that an option's text means.
 *
 * @throws {@link CommandError} when it is no number from 0 to 1.
 */
export function share(option: string, text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number <= 1) return number;
  throw usageError(`${option} is '${text}', a number from 0 to 1 is required`);
}

/** The version of this package. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)('heddle/package.json') as { version: string };
  return version;
}
