import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeb } from '../../scripts/package/deb.ts';
import { AGENT_DEB } from '../../scripts/package/linux/control.ts';
import { LIBRARY, makeTree } from '../../scripts/package/linux/tree.ts';
import { policyInReport } from '../../scripts/start/policy.ts';
import { until } from '../support/processes.ts';
import { whyNotNow } from './fixtures/all.ts';
import { type RealServer, startRealServer } from './fixtures/real-server.ts';
import { added, byWorker, carriedOut, everything, makeWorker } from './laptop/installed.ts';
import { AGENT, type Laptop, makeLaptop } from './laptop/laptop.ts';
import { SERVER_IN_GUEST } from './laptop/machine.ts';
import { laptopSystem, say } from './laptop/system.ts';

const laptops = await laptopSystem();
const skipped = 'why' in laptops ? laptops.why : whyNotNow;
const because = skipped === undefined ? '' : ` (${skipped})`;
const system = 'system' in laptops ? laptops.system : '';

const TAG = 'DBC-12';
const START_MS = 600_000;
const PATIENCE_MS = 120_000;
const FILE = '/etc/beadle-agent/enrolment';
const DATA = '/var/lib/beadle';
const KEY = `${DATA}/identity/device-key.pem`;
const VERSIONS = ['1.0.0', '1.1.0'] as const;

interface State {
  readonly rule: string;
  readonly subject: string;
  readonly kind: string;
  readonly verdict: string;
  readonly reason?: string | null;
}

const told = (states: readonly State[]): string[] =>
  states
    // It is about the agent itself, which does not run twice.
    .filter(({ kind, rule }) => kind === 'state' && rule !== 'agent-health')
    .map(({ rule, subject, verdict, reason }) => `${rule} ${subject} ${verdict} ${reason ?? ''}`.trim())
    .toSorted();

describe.skipIf(skipped !== undefined)(`a laptop on which the package is installed${because}`, () => {
  let folder: string;
  let server: RealServer;
  let laptop: Laptop;
  let token: string;
  let before: string[];

  const stdout = (command: string, input?: string) => laptop.stdout(command, input);
  const install = (name: string) => stdout(`DEBIAN_FRONTEND=noninteractive dpkg -i /root/packages/${name}.deb 2>&1`);
  const put = (given: string) =>
    stdout(
      `mkdir -p -m 700 /etc/beadle-agent && umask 077 && cat > ${FILE}`,
      `server=${SERVER_IN_GUEST}\nallow-plain-http=yes\ntoken=${given}\n`,
    );
  const isActive = async () => (await laptop.run('systemctl is-active --quiet beadle-agent')).code === 0;
  const status = async () => JSON.parse(await stdout(`${AGENT} status --json`)) as { lastCheckIn: string | null };
  const states = async () =>
    (await server.ask<{ items: State[] }>('GET', `/api/v1/findings?device=${TAG}&limit=200`)).items;
  const eventually = (what: string, isTrue: () => Promise<boolean>) =>
    until(what, isTrue, PATIENCE_MS).catch(async (cause: unknown) => {
      const { stdout: log } = await laptop.run('journalctl --no-pager -n 40 -u "beadle-agent*"');
      throw new Error(log, { cause });
    });
  const checkedInAfter = (moment: string) =>
    eventually('a check-in', async () => ((await status().catch(() => undefined))?.lastCheckIn ?? '') > moment);
  /** What must outlive whatever is done to the package. */
  const kept = async () =>
    (await stdout(`cat ${DATA}/identity/enrolment.json ${KEY} /etc/beadle-agent/beadle-agent.conf | sha256sum`)) +
    (await stdout(`${AGENT} collected --json`)).includes('laptop-encryption');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-installed-'));
    const policy = policyInReport('policies/dacorum.yaml');
    server = await startRealServer({ database: join(folder, 'server'), folder, policy, knownAs: SERVER_IN_GUEST });
    const [tree, packages] = [join(folder, 'tree'), join(folder, 'packages')];
    mkdirSync(packages);
    await makeTree(tree);
    const deb = { tree, madeAt: new Date('2026-11-01') };
    makeDeb(AGENT_DEB, { ...deb, file: join(packages, 'whole.deb'), version: VERSIONS[0] });
    // To unpack it again and again takes an emulated laptop half a minute each time: from now on Node comes from elsewhere.
    const node = join(tree, LIBRARY, 'node');
    renameSync(node, join(packages, 'node'));
    symlinkSync('/usr/local/lib/node-of-beadle', node);
    for (const version of VERSIONS)
      makeDeb(
        { ...AGENT_DEB, compression: { type: 'none' } },
        { ...deb, file: join(packages, `${version}.deb`), version },
      );
    rmSync(tree, { recursive: true });
    laptop = await makeLaptop({
      system,
      // As a council's laptop is.
      root: 'luks',
      firmware: { assetTag: TAG, serialNumber: `SERIAL-${TAG}` },
      serverPort: server.port,
      folders: { '/root/packages': packages },
    });
    await laptop.start();
    await makeWorker(laptop);
    await stdout('mv /root/packages/node /usr/local/lib/node-of-beadle');
    before = await everything(laptop);
    token = await server.enrolmentToken(TAG);
  }, START_MS);
  afterAll(async () => {
    try {
      await laptop?.stop();
    } finally {
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is installed by one command, and says precisely why it was not enrolled', async () => {
    const [form, id, secret = '', key] = token.split('.');
    await put([form, id, secret.split('').toReversed().join(''), key].join('.'));
    const from = Date.now();
    await install('whole');
    say(`installed in ${((Date.now() - from) / 1000).toFixed(1)} s`);
    await eventually('the refusal', async () => (await laptop.run(`test -s ${FILE}.refused`)).code === 0);
    const why = await stdout(`cat ${FILE}.refused`);
    say(`refused: ${why}`);
    expect(why).toMatch(/^\d{4}-.*Z The server at http:\S+ did not enrol this device: \S.*\.$/);
    expect(await stdout(`journalctl --no-pager -u beadle-agent; cat ${FILE}.refused`)).not.toContain(id);
  });

  it('enrols by the file, which is then gone, and its findings are at the server', async () => {
    await put(token);
    await stdout('systemctl restart beadle-agent');
    await eventually('the findings', async () => (await states()).some(({ rule }) => rule === 'asset-tag'));
    expect((await laptop.run(`ls ${FILE} ${FILE}.refused`)).stdout).toBe('');
  });

  it('sees as much within its limits as root does without any', async () => {
    const { stdout: json } = await laptop.run(`${AGENT} check --json`);
    const free = told((JSON.parse(json) as { findings: State[] }).findings);
    expect(free.length).toBeGreaterThan(8);
    await eventually('all findings', async () => told(await states()).length >= free.length);
    expect(told(await states())).toEqual(free);
    expect(free).toContain('laptop-encryption / pass');
  });

  it('runs within limits, behind the person’s own work', async () => {
    const score = await stdout('systemd-analyze security --no-pager | grep beadle');
    say(score);
    const shown = await stdout(
      'systemctl show beadle-agent -p MemoryCurrent -p CPUUsageNSec -p TasksCurrent -p NRestarts -p CapabilityBoundingSet -p Nice',
    );
    say(shown.replaceAll('\n', ' '));
    expect(shown.split('\n')).toEqual(
      expect.arrayContaining(['CapabilityBoundingSet=cap_kill cap_setgid cap_setuid cap_net_admin', 'Nice=10']),
    );
  });

  it('lets the worker see everything and change nothing', async () => {
    const { stdout: words, code } = await byWorker(laptop, 'beadle-agent collected && beadle-agent status');
    expect(code).toBe(0);
    expect(words).toContain('(laptop-encryption), /: pass');
    const attempts = [
      'systemctl --no-ask-password stop beadle-agent',
      'systemctl --no-ask-password disable beadle-agent',
      'kill -9 $(systemctl show beadle-agent -p MainPID --value)',
      `cat ${KEY}`,
      'ls /etc/beadle-agent',
      `cat ${DATA}/release/*`,
      `ls ${DATA}/release`,
      `echo >> ${DATA}/outbox.db`,
      `rm -f ${DATA}/outbox.db`,
      `mv ${DATA}/identity ${DATA}/other`,
      `touch ${DATA}/held`,
      'touch /usr/lib/beadle-agent/agent.mjs',
      'touch /usr/lib/systemd/system/beadle-agent.service',
      `beadle-agent run --data ${DATA}`,
      `beadle-agent enrol --server ${SERVER_IN_GUEST} --allow-plain-http --token ${token}`,
      `rm -f ${DATA}/outbox.db-wal`,
    ];
    expect(await carriedOut(laptop, ['true', ...attempts])).toEqual(['true']);
    expect(await isActive()).toBe(true);
  });

  it('is there again after it was killed', async () => {
    const pidNow = () => stdout('systemctl show beadle-agent -p MainPID --value');
    const pid = await pidNow();
    const from = Date.now();
    await stdout(`kill -9 ${pid}`);
    await eventually('the service', async () => !['0', pid].includes(await pidNow()));
    say(`killed, and there again after ${((Date.now() - from) / 1000).toFixed(1)} s`);
    expect(await stdout('systemctl show beadle-agent -p NRestarts --value')).toBe('1');
  });

  it.each([
    ['an update', VERSIONS[1]],
    ['a step back', VERSIONS[0]],
  ])('keeps who it is and what it has found through %s', async (_what, version) => {
    const was = await kept();
    const { lastCheckIn } = await status();
    await install(version);
    expect(await stdout("dpkg-query -W -f '${Version}' beadle-agent")).toBe(version);
    expect(await isActive()).toBe(true);
    expect(await kept()).toBe(was);
    await checkedInAfter(lastCheckIn ?? '');
  });

  it('runs after a restart of the laptop', async () => {
    const { lastCheckIn } = await status();
    await laptop.restart();
    await checkedInAfter(lastCheckIn ?? '');
    expect(await stdout('systemctl is-enabled beadle-agent beadle-agent-hold beadle-agent.path')).toBe(
      'enabled\nenabled\nenabled',
    );
  });

  it('is stopped when the package is removed, and leaves nothing when it is purged', async () => {
    await stdout('dpkg -r beadle-agent 2>&1');
    expect(await isActive()).toBe(false);
    expect((await laptop.run('pgrep -f "[b]eadle-agent/node"')).stdout).toBe('');
    expect(await stdout(`ls ${DATA}`)).toContain('outbox.db');
    await stdout('nft add table inet beadle');
    await stdout('dpkg -P beadle-agent 2>&1');
    expect(added(before, await everything(laptop))).toEqual([]);
    expect(await stdout('nft list tables')).not.toContain('beadle');
    expect(
      await stdout('find /var/lib/dpkg/info /var/lib/systemd /var/tmp /tmp /run -xdev -name "*beadle-agent*"'),
    ).toBe('');
    // It ends with 1 where there are none.
    expect((await laptop.run('systemctl list-unit-files "beadle*" --no-legend')).stdout).toBe('');
  });
});
