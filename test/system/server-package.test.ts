import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { packageServer } from '../../scripts/package/server/server.ts';
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
  whySkipped('mmdebstrap', 'debian-archive-keyring') ??
  whyNoCertificates() ??
  whyNoSystem() ??
  debianRoot(serverRecipe, say);
const found = await root;
const why = typeof found === 'string' ? found : 'why' in found ? found.why : undefined;

/** How long a machine that others use may take for anything. */
const PATIENCE_MS = 120_000;
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
  const { system } = found as { readonly system: string };
  const tls = () => makeCertificates(folder, 'council', NAME);

  beforeAll(async () => {
    const began = performance.now();
    deb = await packageServer(folder);
    const packed = performance.now();
    first = await startMachine(system, deb, tls());
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

  it('runs as its own user, and may do nothing that it need not', () => {
    const { sh } = first.system;
    const state = sh('systemctl show beadle-server --property=ActiveState,SubState,User,NRestarts');
    expect(state.trim().split('\n').toSorted()).toEqual([
      'ActiveState=active',
      'NRestarts=0',
      'SubState=running',
      'User=beadle',
    ]);
    expect(sh('stat --format=%U /proc/$(systemctl show --value --property=MainPID beadle-server)').trim()).toBe(
      'beadle',
    );
    const kept = sh(
      `find /var/lib/beadle-server /var/lib/beadle-server-keys /${BACKUPS} -not -type d -printf '%u %m\n'`,
    );
    expect(new Set(kept.trim().split('\n'))).toEqual(new Set(['beadle 600']));
    // Of 100, where 0 is nothing exposed: https://www.freedesktop.org/software/systemd/man/latest/systemd-analyze.html
    const score = sh('systemd-analyze security --threshold=20 --no-pager beadle-server.service | tail -n 1');
    say(score.trim());
  });

  it('is reached through nginx: the console by people', () => {
    const { sh } = first.system;
    const get = (path: string) => sh(`curl -sS -i --max-redirs 0 ${path}`);
    expect(get(`http://${NAME}/sign-in`)).toMatch(
      /^HTTP\/1.1 301 [\s\S]*location: https:\/\/beadle.example.gov.uk\/sign-in/i,
    );
    const page = get(`https://${NAME}/sign-in`);
    expect(page).toMatch(/^HTTP\/1.1 200 /);
    expect(page).toContain('Sign in');
    const [, css = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(page) ?? [];
    expect(get(`https://${NAME}${css}`)).toContain('.govuk-button');
    expect(sh('journalctl --no-pager -u beadle-server -o cat')).not.toMatch(/"level":[4-6]0/);
  });

  const itemsOf = <T>(machine: ServerMachine, path: string): T[] =>
    (machine.ask(token, 'GET', path) as { items: T[] }).items;
  const findings = (machine: ServerMachine) => itemsOf<object>(machine, '/api/v1/findings?device=DBC-04127').length;
  const streams = (machine: ServerMachine) =>
    Number(/^beadle_streams_open (\d+)/m.exec(machine.system.sh('curl -sS http://127.0.0.1:8420/metrics'))?.[1]);
  const orders = '/api/v1/devices/DBC-04127/orders';
  interface Order {
    readonly id: string;
    readonly standing: string;
  }
  /** Orders something; gives how long it took until the device had answered, in milliseconds. */
  async function obeyed(machine: ServerMachine): Promise<number> {
    const lock = { kind: 'lock', until: null, reason: 'Lost', notice: 'Lost.', telephone: '01442 000000' };
    const { id } = machine.ask(token, 'POST', orders, lock) as Order;
    const from = performance.now();
    const standing = () => itemsOf<Order>(machine, orders).find((order) => order.id === id);
    await until('the device says what it did', () => standing()?.standing !== 'ordered', PATIENCE_MS);
    return Math.round(performance.now() - from);
  }

  it('is reached through nginx: by a device, which reports, listens, and obeys', async () => {
    const tokens = '/api/v1/devices/DBC-04127/enrolment-tokens';
    const made = first.ask(token, 'POST', tokens, {}) as { token: string };
    const enrolling = first.agent('enrol', '--server', `https://${NAME}`, '--token', made.token);
    expect([await enrolling.ended, enrolling.output().stderr]).toEqual([0, '']);
    const agent = first.agent('run');
    await until('its findings', () => findings(first) > 0, PATIENCE_MS);
    await until('its stream', () => streams(first) === 1, PATIENCE_MS);
    say(`an order through nginx was answered after ${await obeyed(first)} ms`);
    agent.child.kill();
    await until('its end', () => streams(first) === 0, PATIENCE_MS);
  });

  it('lets devices alone through where it faces the internet', async () => {
    const { sh } = first.system;
    const status = (path: string) => sh(`curl -q -sS -o /dev/null -w '%{http_code}' https://${NAME}${path}`).trim();
    sh('cp /etc/nginx/sites-available/beadle /root/site && echo "127.0.0.1 beadle-server.internal" >> /etc/hosts');
    first.type([blockWith('docs/deployment.md', 'nginx-edge.conf')]);
    // nginx goes on with the site before for those that are connected already, and for a moment longer.
    await until('the new site', () => status('/') === '404', PATIENCE_MS);
    const paths = ['/', '/sign-in', '/api/v1/devices', '/metrics', '/health/ready', '/agent/v2/x', '/agent/v1/stream'];
    expect(paths.map(status)).toEqual(['404', '404', '404', '404', '404', '404', '401']);
    const agent = first.agent('run');
    await until('its stream', () => streams(first) === 1, PATIENCE_MS);
    say(`an order past the edge was answered after ${await obeyed(first)} ms`);
    agent.child.kill();
    await until('its end', () => streams(first) === 0, PATIENCE_MS);
    sh('cp /root/site /etc/nginx/sites-available/beadle && systemctl reload nginx');
    await until('the site before', () => status('/sign-in') === '200', PATIENCE_MS);
  });

  it('is backed up while it is written to, and goes on on another machine', async () => {
    const writer = `while :; do curl -sS -o /dev/null -X POST -H 'Authorization: Bearer ${token}' \
      -H 'Content-Type: application/json' --data "{\\"assetTag\\":\\"W-$$-$((i=\${i:-0}+1))\\",\\"kind\\":\\"laptop\\"}" \
      http://127.0.0.1:8420/api/v1/devices; done`;
    const devices = () =>
      Number(/^beadle_devices (\d+)/m.exec(first.system.sh('curl -sS http://127.0.0.1:8420/metrics'))?.[1]);
    const writing = first.system.start('sh', ['-c', writer]);
    await until('writes', () => devices() > 5, PATIENCE_MS);
    const before = devices();
    const counts = countsIn(first.type([blockWith(OPERATING, 'beadle-server backup')]));
    const after = devices();
    writing.kill();
    const saved = Number(/^([\d,]+) devices/.exec(counts)?.[1]?.replaceAll(',', ''));
    expect(saved).toBeGreaterThanOrEqual(before);
    expect(after).toBeGreaterThan(before);
    say(`backed up ${counts}, while ${after - before} devices were written`);

    second = await startMachine(system, deb, tls());
    const [install = '', , , proxy = ''] = installBlocks();
    second.type([install, proxy]);
    cpSync(join(first.system.root, BACKUPS), join(second.system.root, BACKUPS), { recursive: true });
    cpSync(join(first.system.root, AGENT_DATA), join(second.system.root, AGENT_DATA), { recursive: true });
    second.system.sh(`chown -R beadle: /${BACKUPS}`);
    const restored = second.type([blockWith(OPERATING, 'keys import')]);
    expect(countsIn(restored)).toBe(counts);
    expect(restored).toContain('all are intact');
    expect(restored).toMatch(/The audit log of main is intact: \d+ acts/);
    const agent = second.agent('run');
    await until('its stream', () => streams(second as ServerMachine) === 1, PATIENCE_MS);
    expect(await obeyed(second)).toBeGreaterThan(0);
    agent.child.kill();
  });

  it('has another signing key by what the operating guide says, and its device follows', async () => {
    const machine = second as ServerMachine;
    const list = () => machine.system.sh('beadle-server keys list');
    const [, from = ''] = /^(\S{43}) +signs +1$/m.exec(list()) ?? [];
    const told = machine.type([blockWith(OPERATING, 'keys rotate')]);
    const [, to = ''] = /key is now (\S{43})\./.exec(told) ?? [];
    expect(told).toMatch(new RegExp(`^${from} +former +1$`, 'm'));
    machine.system.sh('beadle-server ready --within 20');
    const agent = machine.agent('run');
    await until('that it follows', () => new RegExp(`^${to} +signs +1$`, 'm').test(list()), PATIENCE_MS);
    const forgetting = blockWith(OPERATING, 'keys forget').replace('FINGERPRINT', from);
    machine.type([forgetting, 'systemctl restart beadle-server']);
    machine.system.sh('beadle-server ready --within 20');
    expect(list()).not.toContain('former');
    await until('its stream', () => streams(machine) === 1, PATIENCE_MS);
    expect(await obeyed(machine)).toBeGreaterThan(0);
    agent.child.kill();
  });

  it('goes on after its package is put over the old one, and leaves what is the council’s until it is purged', () => {
    const { sh } = first.system;
    const process = () => sh('systemctl show --value --property=MainPID beadle-server').trim();
    const old = process();
    sh('dpkg --install /root/beadle-server_*.deb > /dev/null');
    expect(process()).not.toBe(old);
    sh('beadle-server ready --within 20');
    sh('DEBIAN_FRONTEND=noninteractive apt-get remove --yes beadle-server < /dev/null');
    const there = (path: string) => existsSync(join(first.system.root, path));
    const places = [
      'usr/lib/beadle-server',
      'var/lib/beadle-server/beadle.db',
      'etc/beadle-server/beadle-server.yaml',
      BACKUPS,
    ];
    expect(places.map(there)).toEqual([false, true, true, true]);
    sh('DEBIAN_FRONTEND=noninteractive apt-get purge --yes beadle-server < /dev/null');
    expect(places.map(there)).toEqual([false, false, false, true]);
  });
});
