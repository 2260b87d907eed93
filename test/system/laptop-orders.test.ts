import { createServer, type Server } from 'node:http';
import type { Effect } from '@beadle/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/processes.ts';
import { listening } from '../support/proxy.ts';
import { type Orders, ordersOf, type SeenEffect } from './fixtures/orders.ts';
import { type Bench, startBench } from './laptop/bench.ts';
import { AGENT } from './laptop/laptop.ts';
import { OTHER_IN_GUEST } from './laptop/machine.ts';
import { laptopSystem, say } from './laptop/system.ts';

const laptops = await laptopSystem();
const because = 'why' in laptops ? ` (${laptops.why})` : '';
const system = 'system' in laptops ? laptops.system : '';
const START_MS = 600_000;
const PATIENCE_MS = 120_000;

const TAG = 'DBC-9';
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
  let orders: Orders;
  let other: Server;

  const reported = async (id: string, effect: Effect['effect'], after = 0) =>
    orders.reported(id, effect, { after, withinMs: PATIENCE_MS }).catch(async (cause: unknown) => {
      const { stdout } = await bench.laptop.run('journalctl --no-pager -n 30 -u beadle-agent');
      throw new Error(stdout, { cause });
    });
  const reaches = async (address: string) => (await bench.laptop.run(FETCH(address))).code === 0;
  const sticks = () => bench.laptop.stdout('ls /dev/disk/by-id | grep -c "^usb-.*[0-9]$" || true');

  beforeAll(async () => {
    other = createServer((_request, answer) => answer.end('somebody else'));
    const otherPort = await listening(other);
    bench = await startBench({ system, root: 'plain', assetTag: TAG, otherPort });
    orders = ordersOf(bench.server, TAG);
    await bench.startAgent();
  }, START_MS);
  afterAll(async () => {
    await bench?.stop();
    other?.close();
    other?.closeAllConnections();
  });

  let isolation = '';

  it('is cut off from everything but the server as soon as the order is given', async () => {
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
    const cut = await orders.order('isolate');
    isolation = cut.id;
    const effect = await reported(cut.id, 'in-force');
    const [took, told] = [effect.at - cut.at, effect.receivedAt - cut.at];
    say(`isolate: in force ${took} ms after the order by the guest's clock, at the server after ${told} ms`);
    say(`  ${effect.observed}`);
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
  });

  it('is put back, and that is reported, where somebody takes the rules away', async () => {
    const takeAway = async (attempt = 1): Promise<SeenEffect> => {
      const after = Date.now();
      await bench.laptop.stdout('nft delete table inet beadle');
      // An agent that has only just begun may set the rules at that very moment, and so not see that they were gone.
      return attempt === 3
        ? reported(isolation, 'in-force', after)
        : orders.reported(isolation, 'in-force', { after, withinMs: 60_000 }).catch(() => takeAway(attempt + 1));
    };
    const effect = await takeAway();
    expect(effect.observed).toContain('put back');
    expect(await reaches(OTHER_IN_GUEST)).toBe(false);
  });

  it('has its network again when the order is lifted', async () => {
    await orders.lift(isolation);
    await reported(isolation, 'lifted');
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
  });

  it('takes a new stick away, leaves a keyboard, and lets the stick in again', async () => {
    const { pull } = await bench.laptop.plug('BEFORE', bench.laptop.stick('BEFORE'));
    await until('the stick', async () => Number(await sticks()) === 1, PATIENCE_MS);
    const { id } = await orders.order('block-removable-media');
    say(`block: ${(await reported(id, 'in-force')).observed}`);
    await until('the stick to be gone', async () => Number(await sticks()) === 0, PATIENCE_MS);
    const again = await bench.laptop.plug('AFTER', bench.laptop.stick('AFTER'));
    await bench.laptop.plugKeyboard();
    await bench.laptop.stdout('until grep -q "USB Keyboard" /proc/bus/input/devices; do sleep 0.2; done');
    const cut =
      'grep -l 08 /sys/bus/usb/devices/*/bInterfaceClass | xargs -n1 dirname | while read d; do cat $d/authorized; done';
    await until('both to be cut off', async () => (await bench.laptop.stdout(cut)) === '0\n0', PATIENCE_MS);
    expect(Number(await sticks())).toBe(0);
    expect(await bench.laptop.stdout('grep -c "USB Keyboard" /proc/bus/input/devices')).not.toBe('0');
    await orders.lift(id);
    say(`lifted: ${(await reported(id, 'lifted')).observed}`);
    await until('both sticks', async () => Number(await sticks()) === 2, PATIENCE_MS);
    await pull();
    await again.pull();
  });

  it('says that a lock which no desktop confirms did not work, and that one which does is in force', async () => {
    await bench.laptop.stdout(SESSION);
    const { id } = await orders.order('lock');
    expect((await reported(id, 'failed')).observed).toContain('does not say that it is locked');
    await bench.laptop.stdout(
      `cat > /root/locker && chmod +x /root/locker && systemd-run --quiet --unit=locker /root/locker && sleep 1`,
      LOCKER,
    );
    say(`lock: ${(await reported(id, 'in-force')).observed}`);
    expect(await orders.standing(id)).toBe('in-force');
    await orders.lift(id);
    await reported(id, 'lifted');
  });

  let released = '';

  it('is released by the code with no network, and not by another one', async () => {
    const { id } = await orders.order('isolate');
    await reported(id, 'in-force');
    const code = await orders.code(id);
    await bench.laptop.unplugNetwork();
    const type = (typed: string) =>
      bench.laptop.run(`setpriv --reuid=1000 --regid=1000 --clear-groups ${AGENT} release ${typed}`);
    const wrong = await type(WRONG);
    say(`wrong code: ${wrong.stdout.trim()}${wrong.stderr.trim()}`);
    expect(wrong.code).toBe(1);
    expect(await bench.laptop.stdout('nft list tables')).toContain('beadle');
    const right = await type(code);
    say(`right code: ${right.stdout.trim()}${right.stderr.trim()}`);
    expect(right.code).toBe(0);
    await until(
      'the rules to be gone',
      async () => !(await bench.laptop.stdout('nft list tables')).includes('beadle'),
      PATIENCE_MS,
    );
    expect((await orders.effects(id)).some(({ effect }) => effect === 'released')).toBe(false);
    await bench.laptop.plugNetwork();
    await reported(id, 'released');
    released = id;
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
  });

  it('does not take a released order up again, and takes a new one up', async () => {
    const from = Date.now();
    const out = await orders.order('sign-out');
    await reported(out.id, 'in-force', from);
    expect(await bench.laptop.stdout('loginctl list-sessions --no-legend')).not.toContain('worker');
    expect((await orders.effects(released)).filter(({ receivedAt }) => receivedAt > from)).toEqual([]);
    expect(await reaches(OTHER_IN_GUEST)).toBe(true);
    const again = await orders.order('isolate');
    await reported(again.id, 'in-force', from);
    expect(await reaches(OTHER_IN_GUEST)).toBe(false);
  });
});
