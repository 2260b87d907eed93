import { globSync } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = join(import.meta.dirname, 'assets');
export const govukFolder = dirname(fileURLToPath(import.meta.resolve('govuk-frontend/package.json')));
export const buildFolder = join(import.meta.dirname, '../../.build');

async function changedAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}

async function newestSource(): Promise<number> {
  const files = globSync('*.scss', { cwd: sources }).map((name) => join(sources, name));
  return Math.max(...(await Promise.all([...files, join(govukFolder, 'package.json')].map(changedAt))));
}

/** Loaded only here: the compiler takes longer to load than the rest of the console. */
async function compile(): Promise<string> {
  const { compileAsync } = await import('sass');
  const entry = join(sources, 'console.scss');
  const { css } = await compileAsync(entry, {
    loadPaths: [dirname(govukFolder)],
    style: 'compressed',
    quietDeps: true,
  });
  return css;
}

/**
 * The console's CSS: as compiled before, or compiled now where its sources are newer. Several processes may start at
 * once, so the file is put in place whole. Where the folder cannot be written the server runs on what it compiled.
 */
export async function readStylesheet({
  folder,
  warn,
}: {
  readonly folder: string;
  readonly warn: (cause: unknown) => void;
}): Promise<string> {
  const path = join(folder, 'console.css');
  if ((await changedAt(path)) >= (await newestSource())) return readFile(path, 'utf8');
  const css = await compile();
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.${process.pid}`, css);
    await rename(`${path}.${process.pid}`, path);
  } catch (cause) {
    warn(cause);
  }
  return css;
}
