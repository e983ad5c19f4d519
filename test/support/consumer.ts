import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildResult, root, run } from './child.js';

/** A folder outside of the repository that is removed in the end. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'heddle-'));

  /** Writes a file and gives its path. */
  write(name: string, content: string): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What `npm pack` says of the package. */
export interface Pack {
  readonly path: string;
  /** Paths inside of the package. */
  readonly files: readonly string[];
}

/** Packs the package as it is built. Asks no network. */
export async function pack(target: Folder): Promise<Pack> {
  const result = await run(
    'npm',
    ['pack', '--offline', '--ignore-scripts', '--json', '--pack-destination', target.path],
    root,
  );
  if (result.code !== 0) throw new Error(`npm pack failed: ${result.stderr}`);
  const [{ filename, files }] = JSON.parse(result.stdout) as [
    { filename: string; files: { path: string }[] },
  ];
  return { path: join(target.path, filename), files: files.map(({ path }) => path) };
}

/** A project, in a folder of its own, that has installed the package. */
export async function installed(packed: Pack): Promise<Folder> {
  const folder = new Folder();
  folder.write('package.json', '{ "name": "consumer", "private": true }');
  const options = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  const result = await run('npm', ['install', ...options, packed.path], folder.path);
  if (result.code !== 0) throw new Error(`npm install failed: ${result.stderr}`);
  return folder;
}

/** Compiles files of a project, as strictly as can be, with the repository's TypeScript. */
export function compile(
  folder: Folder,
  files: readonly string[],
  options: Record<string, unknown>,
): Promise<ChildResult> {
  const config = {
    compilerOptions: {
      ...{ target: 'es2022', lib: ['es2022'], strict: true, exactOptionalPropertyTypes: true },
      ...{ noEmit: true, skipLibCheck: false },
      // the consumer has the types of Node.js, and not those of a browser
      ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')] },
      ...options,
    },
    files,
  };
  const project = folder.write('tsconfig.json', JSON.stringify(config));
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  return run(process.execPath, [compiler, '--project', project], folder.path);
}
