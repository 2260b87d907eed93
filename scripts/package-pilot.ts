import { join } from 'node:path';
import { packageMacos } from './package/macos/macos.ts';
import { packageWindows } from './package/windows/windows.ts';

const platforms: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  windows: packageWindows,
  macos: packageMacos,
};

const make = platforms[process.argv[2] ?? ''];
if (make === undefined) {
  console.error(`Usage: node scripts/package-pilot.ts ${Object.keys(platforms).join('|')}`);
  process.exitCode = 2;
} else {
  console.log(await make(join(import.meta.dirname, '../dist')));
}
