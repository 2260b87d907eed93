import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { packageServer } from '../../scripts/package-server.ts';
import { makeCertificates, whyNoCertificates } from '../support/certificates.ts';
import { blockWith, installBlocks, organisationFile } from '../support/install-page.ts';
import { until } from '../support/processes.ts';
import { whyNoSystem } from './contained/system.ts';
import { debianRoot } from './fixtures/debian-root.ts';
import { AGENT_DATA, NAME, type ServerMachine, startMachine } from './server/machine.ts';
import { serverRecipe } from './server/recipe.ts';

const say = (text: string): void => void process.stdout.write(`server: ${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'beadle-server-package-'));
const root =
  whySkipped('mmdebstrap', 'debian-archive-keyring') ?? whyNoCertificates() ?? whyNoSystem() ?? debianRoot(serverRecipe, say);
const found = await root;
const why = typeof found === 'string' ? found : 'why' in found ? found.why : undefined;

const OPERATING = 'docs/operating.md';
const BACKUPS = 'var/backups/beadle-server';
/** How a backup and a restore say what is in the copy. */
const COUNTS = /\d[\d,]* devices, \d[\d,]* findings, \d[\d,]* breaches, \d[\d,]* acts/;
const countsIn = (text: string): string => COUNTS.exec(text)?.[0] ?? '';

describe.skipIf(why !== undefined)(`the server as its package${why === undefined ? '' : ` (${why})`}`, () => {
  let first: ServerMachine;
  let second: ServerMachine | undefined;
  let deb: string;
  let token: string;
  const from = found as { readonly system: string };
  const tls = () => makeCertificates(folder, 'council', NAME);

  beforeAll(async () => {
    const began = performance.now();
    deb = await packageServer(folder);
    const packed = performance.now();
    first = await startMachine(from.system, deb, tls());
    say(`packed in ${Math.round(packed - began)} ms, started in ${Math.round(performance.now() - packed)} ms`);
  });
  afterAll(async () => {
    await second?.system.stop();
    await first?.system.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is installed by what the install page says, to the letter', () => {
    first.file('root/organisation.json', organisationFile());
    first.type(installBlocks(), 'printf %s "$TOKEN" > /root/token');
    token = first.system.sh('cat /root/token');
    expect(first.ask(token, 'GET', '/api/v1/organisation')).toMatchObject({ dpiaReference: 'DPIA-2026-014' });
    expect(first.ask(token, 'GET', '/api/v1/devices')).toMatchObject({ items: [{ assetTag: 'DBC-04127' }] });
  });
});
