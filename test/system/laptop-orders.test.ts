import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { type Effect, releaseHash, type Restriction, type RestrictionKind } from '@beadle/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/processes.ts';
import { listening } from '../support/proxy.ts';
import { type OrdersDesk, startOrdersDesk } from './fixtures/orders-desk.ts';
import { type Bench, startBench } from './laptop/bench.ts';
import { AGENT } from './laptop/laptop.ts';
import { OTHER_IN_GUEST } from './laptop/machine.ts';
import { laptopSystem, say } from './laptop/system.ts';

const laptops = await laptopSystem();
const because = 'why' in laptops ? ` (${laptops.why})` : '';
const system = 'system' in laptops ? laptops.system : '';
const START_MS = 600_000;
const PATIENCE_MS = 120_000;

const CODE = 'ABCDE-12345';
const WRONG = 'ZZZZZ-ZZZZZ';

/** Exit code 0 where it answers. */
const FETCH = (address: string) =>
  `/opt/beadle-agent/node -e 'fetch("http://${address}/health/ready", { signal: AbortSignal.timeout(30000) }).then(() => process.exit(0), () => process.exit(1))'`;

/** A person at the screen, and a desktop that locks when logind asks it to; as much of both as logind looks at. */
const SESSION = `
useradd --create-home --uid 1000 worker 2>/dev/null || true
systemd-run --quiet --unit=worker-session --property=PAMName=login --property=User=worker \\
  --setenv=XDG_SESSION_CLASS=user --setenv=XDG_SESSION_TYPE=wayland --setenv=XDG_SESSION_DESKTOP=test sleep infinity
until loginctl list-sessions --no-legend | grep -q worker; do sleep 0.2; done
`;
const LOCKER = `#!/bin/sh
busctl --system monitor --json=short --match "type='signal',interface='org.freedesktop.login1.Session',member='Lock'" |
while read -r line; do
  path=$(printf '%s' "$line" | sed -n 's/.*"path":"\\([^"]*\\)".*/\\1/p')
  busctl call org.freedesktop.login1 "$path" org.freedesktop.login1.Session SetLockedHint b true
done
`;

describe.skipIf('why' in laptops)(`a laptop under orders${because}`, () => {
  let bench: Bench;
  let desk: OrdersDesk;
  let other: Server;
  let device: string;
  let release: NonNullable<Restriction['release']>;

  const restriction = (id: string, kind: RestrictionKind, more: Partial<Restriction> = {}): Restriction => ({
    id,
    kind,
    until: null,
    notice: 'Your laptop is being looked into.',
    telephone: '01442 228000',
    release: null,
    ...more,
  });
  const reported = async (id: string, effect: Effect['effect'], after = 0) => {
    const find = () => desk.effects.find((one) => one.id === id && one.effect === effect && one.receivedAt >= after);
    await until(`${id} ${effect}`, () => find() !== undefined, PATIENCE_MS).catch(async (cause: unknown) => {
      const { stdout } = await bench.laptop.run('journalctl --no-pager -n 30 -u beadle-agent');
      throw new Error(`${JSON.stringify(desk.effects)}\n${stdout}`, { cause });
    });
    return find();
  };
  const reaches = async (address: string) => (await bench.laptop.run(FETCH(address))).code === 0;
  const streaming = () => until('the stream', () => desk.open() > 0, PATIENCE_MS);
  const sticks = () => bench.laptop.stdout('ls /dev/disk/by-id | grep -c "^usb-.*[0-9]$" || true');

  beforeAll(async () => {
    release = await releaseHash(CODE, Buffer.alloc(16, 7));
    other = createServer((_request, answer) => answer.end('somebody else'));
    const otherPort = await listening(other);
    bench = await startBench({
      system,
      root: 'plain',
      assetTag: 'DBC-9',
      otherPort,
      front: async (server) => {
        const folder = server.env['BEADLE_SERVER_KEYS_FOLDER'] ?? '';
        desk = await startOrdersDesk({ port: server.port, keyFile: join(folder, 'server-key.pem') });
        return desk.port;
      },
    });
    const enrolment = await bench.laptop.stdout('cat /var/lib/beadle/identity/enrolment.json');
    device = (JSON.parse(enrolment) as { device: string }).device;
    await bench.startAgent();
    await streaming();
  }, START_MS);
  afterAll(async () => {
    await bench?.stop();
    await desk?.close();
    other?.close();
    other?.closeAllConnections();
  });

  it('is cut off from everything but the server as soon as the order is given', async () => {
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
    const { at } = desk.issue(device, [restriction('cut', 'isolate')]);
    const effect = await reported('cut', 'in-force');
    const took = Date.parse(effect?.at ?? '') - at;
    const told = (effect?.receivedAt ?? 0) - at;
    say(`isolate: in force ${took} ms after the order by the guest's clock, at the server after ${told} ms`);
    say(`  ${effect?.observed}`);
    expect(await reaches(OTHER_IN_GUEST)).toBe(false);
    expect(await reaches('10.0.2.100')).toBe(true);
  });

  it('shows the worker what is in force', async () => {
    const words = await bench.laptop.stdout(`${AGENT} status`);
    expect(words).toContain('the network is cut off');
    expect(words).toContain('01442 228000');
  });

  it('still is after a restart, from before it has a network', async () => {
    await bench.laptop.restart();
    await bench.laptop.stdout('until systemctl --quiet is-active systemd-networkd; do sleep 0.2; done');
    const log = await bench.laptop.stdout(
      'journalctl --no-pager -b -o short-monotonic -u beadle-agent-hold -u systemd-networkd',
    );
    const at = (what: string) => Number(new RegExp(`\\[ *([\\d.]+)\\].*${what}`).exec(log)?.[1]);
    const [held, network] = [
      at('Finished .*before there is a network'),
      at('Start(?:ed|ing) .*(?:Network Configuration|systemd-networkd)'),
    ];
    say(`after a restart: isolated ${held} s after the kernel began, network from ${network} s on`);
    expect(await bench.laptop.stdout('nft list table inet beadle')).toContain('policy drop');
    expect(held).toBeLessThan(network);
    expect(await reaches(OTHER_IN_GUEST)).toBe(false);
    await bench.laptop.stdout('until pgrep -f "udevadm monitor" > /dev/null; do sleep 0.2; done');
    await streaming();
  });

  it('is put back, and that is reported, where somebody takes the rules away', async () => {
    const from = Date.now();
    await bench.laptop.stdout('nft delete table inet beadle');
    const effect = await reported('cut', 'in-force', from);
    expect(effect?.observed).toContain('put back');
    expect(await reaches(OTHER_IN_GUEST)).toBe(false);
  });

  it('has its network again when the order is lifted', async () => {
    desk.issue(device, []);
    await reported('cut', 'lifted');
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
  });

  it('takes a new stick away, leaves a keyboard, and lets the stick in again', async () => {
    const { pull } = await bench.laptop.plug('BEFORE', bench.laptop.stick('BEFORE'));
    await until('the stick', async () => Number(await sticks()) === 1, PATIENCE_MS);
    desk.issue(device, [restriction('media', 'block-removable-media')]);
    say(`block: ${(await reported('media', 'in-force'))?.observed}`);
    await until('the stick to be gone', async () => Number(await sticks()) === 0, PATIENCE_MS);
    const again = await bench.laptop.plug('AFTER', bench.laptop.stick('AFTER'));
    await bench.laptop.plugKeyboard();
    await bench.laptop.stdout('until grep -q "USB Keyboard" /proc/bus/input/devices; do sleep 0.2; done');
    const cut =
      'grep -l 08 /sys/bus/usb/devices/*/bInterfaceClass | xargs -n1 dirname | while read d; do cat $d/authorized; done';
    await until('both to be cut off', async () => (await bench.laptop.stdout(cut)) === '0\n0', PATIENCE_MS);
    expect(Number(await sticks())).toBe(0);
    expect(await bench.laptop.stdout('grep -c "USB Keyboard" /proc/bus/input/devices')).not.toBe('0');
    desk.issue(device, []);
    say(`lifted: ${(await reported('media', 'lifted'))?.observed}`);
    await until('both sticks', async () => Number(await sticks()) === 2, PATIENCE_MS);
    await pull();
    await again.pull();
  });

  it('says that a lock which no desktop confirms did not work, and that one which does is in force', async () => {
    await bench.laptop.stdout(SESSION);
    desk.issue(device, [restriction('lock-1', 'lock')]);
    expect((await reported('lock-1', 'failed'))?.observed).toContain('does not say that it is locked');
    await bench.laptop.stdout(
      `cat > /root/locker && chmod +x /root/locker && systemd-run --quiet --unit=locker /root/locker && sleep 1`,
      LOCKER,
    );
    say(`lock: ${(await reported('lock-1', 'in-force'))?.observed}`);
  });

  it('is released by the code with no network, and not by another one', async () => {
    desk.issue(device, [restriction('cut-2', 'isolate', { release }), restriction('lock-2', 'lock', { release })]);
    await reported('cut-2', 'in-force');
    await bench.laptop.unplugNetwork();
    const type = (code: string) =>
      bench.laptop.run(`setpriv --reuid=1000 --regid=1000 --clear-groups ${AGENT} release ${code}`);
    const wrong = await type(WRONG);
    say(`wrong code: ${wrong.stdout.trim()}${wrong.stderr.trim()}`);
    expect(wrong.code).toBe(1);
    expect(await bench.laptop.stdout('nft list tables')).toContain('beadle');
    const right = await type(CODE);
    say(`right code: ${right.stdout.trim()}${right.stderr.trim()}`);
    expect(right.code).toBe(0);
    await until(
      'the rules to be gone',
      async () => !(await bench.laptop.stdout('nft list tables')).includes('beadle'),
      PATIENCE_MS,
    );
    expect(desk.effects.some(({ effect }) => effect === 'released')).toBe(false);
    await bench.laptop.plugNetwork();
    await Promise.all([reported('cut-2', 'released'), reported('lock-2', 'released')]);
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
  });

  it('does not take a released order up again, and takes a new one up', async () => {
    const from = Date.now();
    await streaming();
    desk.issue(device, [restriction('cut-2', 'isolate', { release }), restriction('out', 'sign-out')]);
    await reported('out', 'in-force', from);
    expect(await bench.laptop.stdout('loginctl list-sessions --no-legend')).not.toContain('worker');
    expect(desk.effects.filter(({ id, receivedAt }) => id === 'cut-2' && receivedAt > from)).toEqual([]);
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
    desk.issue(device, [restriction('cut-3', 'isolate')]);
    await reported('cut-3', 'in-force', from);
    expect(await reaches(OTHER_IN_GUEST)).toBe(false);
  });
});
