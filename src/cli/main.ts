#!/usr/bin/env node
import { CacheError } from '../errors.js';
import { suggest } from '../suggest.js';
import { bench } from './bench.js';
import { type Command, CommandError, packageVersion } from './command.js';
import { demo } from './demo.js';
import { monitor } from './monitor.js';
import { repl } from './repl.js';
import { replay } from './replay.js';

const commands: readonly Command[] = [demo, repl, replay, monitor, bench];

const nameWidth = Math.max(...commands.map(({ name }) => name.length));

const usage = `Usage: heddle <command> [options]

A thread-safe in-memory cache for Node.js, one for all worker threads of a process.

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(nameWidth)}   ${summary}`).join('\n')}

  heddle <command> --help   what a command takes
  heddle --version
`;

async function main([first, ...rest]: string[]): Promise<void> {
  if (first === '--version' || first === '-v') {
    console.log(packageVersion());
  } else if (first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
    process.stdout.write(usage);
  } else if (first === 'help') {
    process.stdout.write(find(rest[0]).help);
  } else {
    const command = find(first);
    if (rest.includes('--help') || rest.includes('-h')) process.stdout.write(command.help);
    else await run(command, rest);
  }
}

function find(name: string | undefined): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  if (name === undefined) throw new CommandError(`a command is required\n\n${usage}`, 2);
  const meant = suggest(
    name,
    commands.map((command) => command.name),
  );
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`;
  throw new CommandError(`'${name}' is not a command${hint}\n\n${usage}`, 2);
}

/** Errors about options, the cache's own among them, end with where to read more. */
async function run(command: Command, args: string[]): Promise<void> {
  try {
    await command.run(args);
  } catch (error) {
    const isUsage = error instanceof CommandError && error.exitCode === 2;
    const isOption = error instanceof CacheError && error.code === 'ERR_INVALID_OPTION';
    if (!isUsage && !isOption) throw error;
    throw new CommandError(`${error.message}\nSee heddle ${command.name} --help.`, 2);
  }
}

// Who reads the output may have seen enough of it (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  console.error(`heddle: Cannot write the output: ${error.message}`);
  process.exit(1);
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof CommandError || error instanceof CacheError;
  console.error(isExpected ? `heddle: ${error.message.trimEnd()}` : error);
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
}
