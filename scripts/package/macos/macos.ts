import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { targetOf } from '../../bundle/target.ts';
import { runTool } from '../../bundle/tool.ts';
import { VERSION } from '../../../packages/agent/src/version.ts';
import { filesIn, placeAgent } from '../agent.ts';
import { sourceDate } from '../source-date.ts';

/** What lies beside the folder of the agent. */
const BESIDE = ['install.sh', 'uninstall.sh', 'beadle-agent.plist', 'beadle-agent-hold.plist'] as const;

/** Files that are run; everything else is only read. */
const PROGRAMS = /(^|\/)(install\.sh|uninstall\.sh|node|beadle-agent)$/;

/** Of files, the same bytes each time: in one order, root's, at the time of the sources. For GNU tar. */
function pack(archive: string, work: string, level: number): void {
  const tar = archive.replace(/\.gz$/, '');
  const owned = ['--format=ustar', '--owner=root:0', '--group=wheel:0', `--mtime=@${sourceDate().getTime() / 1000}`];
  const add = (verb: string, mode: string, files: readonly string[]) =>
    runTool('tar', [verb, ...owned, `--mode=${mode}`, '-f', tar, '-C', work, '--', ...files]);
  const files = filesIn(work);
  add(
    '-c',
    '0755',
    files.filter((path) => PROGRAMS.test(path)),
  );
  add(
    '-r',
    '0644',
    files.filter((path) => !PROGRAMS.test(path)),
  );
  runTool('gzip', ['-n', '-f', `-${level}`, tar]);
}

/**
 * Makes the archive of the agent for Macs with Apple silicon in `folder`; gives its path. Node in it is as its makers signed
 * it. Needs the npm registry where that has not been fetched yet. `level` is gzip's, of which 1 is the quickest.
 */
export async function packageMacos(folder: string, level = 6): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const name = `beadle-agent-${VERSION}-macos-arm64-pilot`;
  const work = mkdtempSync(join(folder, 'macos-'));
  try {
    const top = join(work, name);
    mkdirSync(top);
    await placeAgent(join(top, 'beadle-agent'), targetOf('darwin-arm64'));
    for (const file of BESIDE) copyFileSync(join(import.meta.dirname, file), join(top, file));
    const archive = join(folder, `${name}.tar.gz`);
    pack(archive, work, level);
    return archive;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
