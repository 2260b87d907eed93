import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../../bundle/published-node.ts';
import { targetOf } from '../../bundle/target.ts';
import { runTool } from '../../bundle/tool.ts';
import { VERSION } from '../../../packages/agent/src/version.ts';
import { date, filesIn, placeAgent } from '../agent.ts';
import { sourceDate } from '../source-date.ts';
import { guidOf } from './guid.ts';
import { productSource, SERVICE } from './product.ts';
import { compileService } from './service.ts';
import { withTime } from './summary.ts';
import { QUERIES, TABLES, tableText } from './tables.ts';

/** One text for all that is in a package. */
function contentOf(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of files) hash.update(`${path} ${sha256Of(join(folder, path))}\n`);
  return hash.digest('hex');
}

/** What wixl leaves out or draws at random: tables, the two queries, and the id of this very file. */
function complete(installer: string, tables: string, content: string): void {
  const imports = TABLES.flatMap((table) => {
    const path = join(tables, `${table.name}.idt`);
    writeFileSync(path, tableText(table));
    return ['-i', path];
  });
  const summary = ['-s', 'Beadle agent (pilot)', 'Beadle', 'x64;2057', guidOf(`package ${content}`)];
  runTool('msibuild', [installer, ...imports, ...QUERIES.flatMap((query) => ['-q', query]), ...summary]);
}

/**
 * Makes the installer of the agent for Windows in `folder`; gives its path. Needs the Debian packages wixl, msitools and, to
 * compile the service, gcc-mingw-w64-x86-64-win32; and the npm registry where the Node of Windows has not been fetched yet.
 * It is signed by nobody but for the Node in it.
 */
export async function packageWindows(folder: string, compile: typeof compileService = compileService): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'windows-'));
  const [staged, tables, made] = [join(work, 'agent'), join(work, 'tables'), join(work, 'beadle.msi')];
  try {
    mkdirSync(tables);
    await placeAgent(staged, targetOf('win32-x64'), {}, (to) => compile(join(to, SERVICE.file)));
    date(staged, sourceDate());
    const files = filesIn(staged);
    const content = contentOf(staged, files);
    const source = join(work, 'beadle.wxs');
    writeFileSync(source, productSource({ code: guidOf(`product ${content}`), files }));
    runTool('wixl', ['-a', 'x64', '-o', made, source], { cwd: staged, env: { TZ: 'UTC' } });
    complete(made, tables, content);
    const installer = join(folder, `beadle-agent-${VERSION}-windows-x64-pilot.msi`);
    writeFileSync(installer, withTime(readFileSync(made), sourceDate()));
    return installer;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
