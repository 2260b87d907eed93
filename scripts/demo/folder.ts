import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MARK = 'demo.json';

/** Whether a folder holds a demo that was filled to its end. Throws where it holds something else. */
export function isFilled(folder: string): boolean {
  if (!existsSync(folder)) return false;
  if (existsSync(join(folder, MARK))) return true;
  if (readdirSync(folder).length === 0) return false;
  throw new Error(`${folder} holds something else than a demo: give BEADLE_DATA another folder.`);
}

/**
 * Fills a folder beside it and gives it its name at the end, so that one that is there is whole: what was interrupted is
 * begun again.
 */
export async function fillFolder(
  folder: string,
  about: object,
  fill: (beside: string) => Promise<void>,
): Promise<void> {
  const beside = `${folder}.filling`;
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true, mode: 0o700 });
  await fill(beside);
  writeFileSync(join(beside, MARK), `${JSON.stringify(about)}\n`);
  if (existsSync(folder)) rmdirSync(folder);
  renameSync(beside, folder);
}
