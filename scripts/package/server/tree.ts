import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readStylesheet } from '../../../packages/server/src/console/stylesheet.ts';
import { addonOfThisMachine } from '../../bundle/plugins.ts';
import { copyModules, modulesOf } from './modules.ts';

export const HOME = 'usr/lib/beadle-server';
const SHARE = 'usr/share/beadle-server';

const OWN = 'scripts/package/server/files';

/** What the package installs beside the program, by its path, and where that is in the checkout. */
export const PLACED: Readonly<Record<string, string>> = {
  'usr/bin/beadle-server': `${OWN}/beadle-server`,
  'usr/lib/systemd/system/beadle-server.service': `${OWN}/beadle-server.service`,
  'etc/beadle-server/beadle-server.yaml': `${OWN}/beadle-server.yaml`,
  [`${SHARE}/examples/nginx.conf`]: 'deploy/nginx.conf',
  [`${SHARE}/examples/nginx-edge.conf`]: 'deploy/nginx-edge.conf',
  [`${SHARE}/examples/grafana-dashboard.json`]: 'deploy/grafana-dashboard.json',
  [`${SHARE}/examples/prometheus.yaml`]: 'deploy/prometheus.yaml',
  [`${SHARE}/examples/prometheus-alerts.yaml`]: 'deploy/prometheus-alerts.yaml',
  [`${SHARE}/grants.sql`]: 'deploy/grants.sql',
};

const EXECUTABLE = new Set(['usr/bin/beadle-server']);

/** The program as in a checkout after `npm ci --omit=dev`: the sources of two packages, and the packages that they need. */
async function placeProgram(root: string, home: string): Promise<void> {
  for (const name of ['server', 'shared']) {
    for (const part of ['package.json', 'src'])
      cpSync(join(root, 'packages', name, part), join(home, 'packages', name, part), { recursive: true });
  }
  copyModules(root, home, modulesOf(root, 'packages/server'), addonOfThisMachine());
  // Node strips types of what lies outside of node_modules, and goes by where a link leads.
  mkdirSync(join(home, 'node_modules/@beadle'), { recursive: true });
  symlinkSync('../../packages/shared', join(home, 'node_modules/@beadle/shared'));
  const warn = (cause: unknown): never => {
    throw cause;
  };
  await readStylesheet({ folder: join(home, 'packages/server/.build'), warn });
  cpSync(process.execPath, join(home, 'node'), { dereference: true });
}

/** Lays out in `target` everything that the package installs. */
export async function layOut(root: string, target: string, texts: Readonly<Record<string, string>>): Promise<void> {
  await placeProgram(root, join(target, HOME));
  for (const [path, source] of Object.entries(PLACED)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(root, source), join(target, path));
    chmodSync(join(target, path), EXECUTABLE.has(path) ? 0o755 : 0o644);
  }
  cpSync(join(root, 'policies'), join(target, SHARE, 'policies'), { recursive: true });
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
  }
  // Small systems install nothing below /usr/share/doc.
  symlinkSync('../../beadle-server/examples', join(target, 'usr/share/doc/beadle-server/examples'));
}
