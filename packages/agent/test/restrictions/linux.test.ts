import type { Restriction } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Act, Given } from '../../src/host/act.ts';
import type { SourceResult } from '../../src/host/host.ts';
import type { Files } from '../../src/host/source.ts';
import { linuxRestrictor } from '../../src/restrictions/linux.ts';
import { mediaProbe } from '../../src/restrictions/linux/media-seen.ts';
import { nameServersIn } from '../../src/restrictions/linux/name-servers.ts';
import { cutsAll, readTable, rulesetOf } from '../../src/restrictions/linux/nft.ts';
import { isPresenting } from '../../src/restrictions/linux/notice.ts';
import { idsIn, sessionIn } from '../../src/restrictions/linux/sessions.ts';
import { isAddress, reachOf } from '../../src/restrictions/reachable.ts';

const output = (stdout: string, exitCode = 0): SourceResult => ({ kind: 'output', exitCode, stdout, stderr: '' });
const restriction = (kind: Restriction['kind'], more: Partial<Restriction> = {}): Restriction => ({
  id: 'r',
  kind,
  until: null,
  notice: null,
  telephone: null,
  release: null,
  ...more,
});

/** Means of Linux on a machine whose acts are answered by `act`. */
function onMachine(act: (act: Act, given: Given) => SourceResult, server = 'https://192.0.2.1:8443', environment = {}) {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  const deps = {
    server,
    environment,
    kept: {
      text: (name: string) => kept.get(name),
      set: (name: string, value: string | undefined) =>
        void (value === undefined ? kept.delete(name) : kept.set(name, value)),
    },
    resolve: (): Promise<readonly string[]> => Promise.reject(new Error('no names')),
    host: {
      act: (one: Act, given: Given = {}) => {
        asked.push([one.id, ...(given.parameters ?? [])].join(' '));
        return Promise.resolve(act(one, given));
      },
      follow: () => Promise.resolve({ kind: 'unreadable', reason: 'tool-missing' } as const),
      read: () => Promise.resolve({ kind: 'unreadable', reason: 'tool-missing' } as const),
      clock: { now: () => 0, monotonic: () => 0 },
    },
  };
  return { restrictor: linuxRestrictor(deps), deps, asked };
}

describe('what an isolated laptop reaches', () => {
  const allow = (...addresses: string[]) =>
    restriction('isolate', { allow: addresses.map((address) => ({ address, port: 443 })) });

  it('is the server, its proxy for the agent alone, and what every order allows', async () => {
    const { deps } = onMachine(() => output(''), 'https://192.0.2.1', { HTTPS_PROXY: 'http://192.0.2.9:3128' });
    const reach = await reachOf(deps, [allow('198.51.100.1', '198.51.100.2'), allow('198.51.100.2', 'not an address')]);
    expect(reach?.reachable.map(({ address, port, agentOnly }) => [address, port, agentOnly])).toEqual([
      ['192.0.2.1', 443, false],
      ['192.0.2.9', 3128, true],
      ['198.51.100.2', 443, false],
    ]);
    expect(reach?.needsNames).toBe(false);
  });

  it('is where a name was last found, where nobody answers now', async () => {
    const { deps } = onMachine(() => output(''), 'https://beadle.example');
    expect(await reachOf(deps, [allow()])).toBeUndefined();
    await reachOf({ ...deps, resolve: () => Promise.resolve(['192.0.2.7']) }, [allow()]);
    expect(await reachOf(deps, [allow()])).toMatchObject({ needsNames: true, reachable: [{ address: '192.0.2.7' }] });
  });

  it.each([
    ['192.0.2.1', true],
    ['192.0.2.0/24', true],
    ['2001:db8::/32', true],
    ['192.0.2.0/33', false],
    ['192.0.2.1; accept', false],
    ['192.0.2.0/24/8', false],
    ['example.org', false],
  ])('takes %s for an address: %s', (text, expected) => {
    expect(isAddress(text)).toBe(expected);
  });

  it('is written so that no text but an address gets into the rules', () => {
    const allowed = fc.record({
      address: fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    return fc.assert(
      fc.asyncProperty(fc.array(allowed, { maxLength: 5 }), async (all) => {
        const { deps } = onMachine(() => output(''));
        const reach = await reachOf(deps, [restriction('isolate', { allow: all })]);
        const rules = rulesetOf({ reachable: reach?.reachable ?? [], nameServers: [], uid: 0 });
        expect(rules).toMatch(/^[a-z0-9 {};:.\-/_,"&|()!=\n]*$/i);
        expect(rules.split('\n').filter((line) => /policy/.test(line) && !line.endsWith('policy drop;'))).toEqual([]);
      }),
    );
  });
});

describe('isolation', () => {
  const chains = ['input', 'forward', 'output'].map((hook) => ({ chain: { hook, policy: 'drop' } }));
  /** A kernel with our table or without it, in a start of its own. */
  function kernel() {
    const state = { boot: 'one', isThere: false };
    const act = ({ id }: Act): SourceResult => {
      if (id === 'linux/boot') return output(state.boot);
      if (id === 'linux/network-rules') state.isThere = true;
      if (id === 'linux/network-rules-away') state.isThere = false;
      const table = { table: { family: 'inet', name: 'beadle' } };
      if (id === 'linux/network-tables') return output(JSON.stringify({ nftables: state.isThere ? [table] : [] }));
      if (id === 'linux/network-rules-list')
        return state.isThere ? output(JSON.stringify({ nftables: chains })) : output('', 1);
      return output('');
    };
    return { state, act };
  }

  it.each([
    ['taken away while the agent did not run', 'one', true],
    ['gone with a restart of the system', 'two', false],
  ])('says of rules that they were put back: %s', async (_what, boot, putBack) => {
    const { state, act } = kernel();
    const { deps } = onMachine(act);
    await linuxRestrictor(deps).means.isolate.hold([restriction('isolate')]);
    Object.assign(state, { isThere: false, boot });
    const seen = await linuxRestrictor(deps).means.isolate.hold([restriction('isolate')]);
    expect(seen).toMatchObject({ effect: 'in-force', putBack });
  });

  it('that nft refuses has failed', async () => {
    const { deps } = onMachine(({ id }) => output('', id === 'linux/network-rules-check' ? 1 : 0));
    expect(await linuxRestrictor(deps).means.isolate.hold([restriction('isolate')])).toMatchObject({
      effect: 'failed',
    });
  });
});

describe('nft’s answer', () => {
  const chain = (hook: string, policy: string) => ({
    chain: { family: 'inet', table: 'beadle', name: hook, hook, policy },
  });
  const listed = (...entries: object[]) => JSON.stringify({ nftables: [{ metainfo: {} }, ...entries] });

  it('cuts all where each way is dropped, and only then', () => {
    const all = ['input', 'forward', 'output'].map((hook) => chain(hook, 'drop'));
    expect(cutsAll(readTable(listed(...all)) ?? { drops: [], print: '' })).toBe(true);
    expect(cutsAll(readTable(listed(...all.slice(1))) ?? { drops: [], print: '' })).toBe(false);
    expect(cutsAll(readTable(listed(...all.slice(1), chain('input', 'accept'))) ?? { drops: [], print: '' })).toBe(
      false,
    );
  });

  it('is alike where only counts and handles differ', () => {
    const rule = (handle: number, packets: number) => ({
      rule: { handle, expr: [{ counter: { packets } }, { accept: null }] },
    });
    expect(readTable(listed(rule(1, 2)))).toEqual(readTable(listed(rule(3, 4))));
    expect(readTable(listed(rule(1, 2)))).not.toEqual(readTable(listed()));
  });

  it('that is anything else is no table', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readTable(text)));
    expect(readTable('{}')).toBeUndefined();
  });
});

it('names the name servers of others, and not this machine’s own', () => {
  expect(
    nameServersIn(
      'nameserver 127.0.0.53\nnameserver 192.0.2.53\n# nameserver 1.1.1.1\nnameserver fe80::1%eth0\noptions edns0',
    ),
  ).toEqual(['192.0.2.53', 'fe80::1']);
});

describe('sessions', () => {
  const shown = (more: Record<string, string>) =>
    Object.entries({
      Id: '2',
      Name: 'worker',
      User: '1000',
      Class: 'user',
      Type: 'wayland',
      State: 'active',
      LockedHint: 'no',
      Desktop: 'GNOME',
      ...more,
    })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n');

  it.each([
    ['a person’s', {}, { id: '2', uid: 1000, isGraphical: true, isLocked: false }],
    ['a locked one', { LockedHint: 'yes' }, { isLocked: true }],
    ['a text one', { Type: 'tty' }, { isGraphical: false }],
    ['the login screen’s', { Class: 'greeter' }, { none: true }],
    ['root’s', { User: '0', Name: 'root' }, { none: true }],
    ['one that ends', { State: 'closing' }, { none: true }],
  ])('are told apart: %s', (_what, more, expected) => {
    expect(sessionIn(shown(more)) ?? { none: true }).toMatchObject(expected);
  });

  it('are listed by their ids alone', () => {
    expect(idsIn('      2 1000 worker seat0 tty2\n     c1  120 gdm    seat0 tty1\n\n')).toEqual(['2', 'c1']);
  });

  const machine = (locks: boolean, more = {}) => {
    let isLocked = false;
    return onMachine((act) => {
      if (act.id === 'linux/sessions') return output('2 1000 worker seat0 tty2');
      if (act.id === 'linux/session-lock' && locks) isLocked = true;
      if (act.id === 'linux/session') return output(shown({ LockedHint: isLocked ? 'yes' : 'no', ...more }));
      return output('');
    });
  };

  it('that lock are in force, and one that does not say so is not', async () => {
    expect(await machine(true).restrictor.means.lock.hold([restriction('lock')])).toMatchObject({ effect: 'in-force' });
    expect(await machine(false).restrictor.means.lock.hold([restriction('lock')])).toEqual({
      effect: 'failed',
      observed: 'session 2 (wayland, GNOME): asked to lock, and does not say that it is locked',
    });
  });

  it('are none where nobody is signed in, and cannot be told where there is no loginctl', async () => {
    const nobody = onMachine(() => output(''));
    expect(await nobody.restrictor.means.lock.hold([restriction('lock')])).toMatchObject({
      effect: 'in-force',
      observed: expect.stringContaining('nobody'),
    });
    const none = onMachine(() => ({ kind: 'unreadable', reason: 'tool-missing' }));
    expect(await none.restrictor.means.lock.hold([restriction('lock')])).toMatchObject({ effect: 'unsupported' });
  });

  const inhibited = (what: string, uid: number) =>
    JSON.stringify({ type: 'a(ssssuu)', data: [[[what, 'soffice', 'presenting', 'block', uid, 77]]] });

  it('of a presentation are not disturbed by a message, and are by what is urgent', async () => {
    const presenting = onMachine((act) => {
      if (act.id === 'linux/sessions') return output('2 1000 worker seat0 tty2');
      if (act.id === 'linux/session') return output(shown({}));
      return output(act.id === 'linux/presenting' ? inhibited('idle:sleep', 1000) : '');
    });
    const notice = { title: 'A message', text: 'Use <b>&', isUrgent: false };
    expect(await presenting.restrictor.show(notice)).toMatchObject({ kind: 'later' });
    expect(await presenting.restrictor.show({ ...notice, isUrgent: true })).toMatchObject({ kind: 'shown' });
    expect(presenting.asked.at(-1)).toBe(
      'linux/notice worker DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus --urgency=critical A message Use &lt;b&gt;&amp;',
    );
    expect(isPresenting(inhibited('sleep', 1000))).toBe(false);
    expect(isPresenting(inhibited('idle', 120))).toBe(false);
  });
});

describe('removable media', () => {
  /** Files of a made-up /sys; a folder is whatever lies below its name. */
  const filesOf = (texts: Record<string, string>): Files => ({
    readText: (path) => (texts[path] === undefined ? Promise.reject(new Error(path)) : Promise.resolve(texts[path])),
    modifiedAt: () => Promise.resolve(0),
    list: (path) => {
      const inside = Object.keys(texts).filter((one) => one.startsWith(`${path}/`));
      const names = new Set(inside.map((one) => one.slice(path.length + 1).split('/')[0] ?? ''));
      return names.size === 0 ? Promise.reject(new Error(path)) : Promise.resolve([...names]);
    },
  });
  const usb = '/sys/bus/usb/devices';
  const seen = (texts: Record<string, string>) => mediaProbe.run(filesOf(texts), new AbortController().signal, {});

  it('are the interfaces that say they are storage, and no keyboard', async () => {
    const media = await seen({
      [`${usb}/2-1:1.0/bInterfaceClass`]: '08\n',
      [`${usb}/2-1:1.0/authorized`]: '1\n',
      [`${usb}/2-1:1.0/host2/target2:0:0/2:0:0:0/block/sda/size`]: '1',
      [`${usb}/1-2:1.0/bInterfaceClass`]: '03\n',
      [`${usb}/1-2:1.0/authorized`]: '1\n',
      [`${usb}/2-1/bDeviceClass`]: '00',
      '/sys/bus/mmc/devices/mmc0:0001/type': 'MMC\n',
      '/sys/bus/mmc/devices/mmc1:aaaa/type': 'SD\n',
      '/sys/bus/mmc/devices/mmc1:aaaa/driver/bind': '',
    });
    expect(media).toEqual({
      sticks: [{ name: '2-1:1.0', isOpen: true, disks: ['sda'], isSystem: false }],
      cards: [{ name: 'mmc1:aaaa', isOpen: true, disks: [], isSystem: false }],
    });
  });

  it('are known for the system’s own through encryption and volumes', async () => {
    const media = await seen({
      [`${usb}/2-1:1.0/bInterfaceClass`]: '08',
      [`${usb}/2-1:1.0/authorized`]: '1',
      [`${usb}/2-1:1.0/host2/target2:0:0/2:0:0:0/block/sda/size`]: '1',
      '/sys/block/sda/dev': '8:0',
      '/sys/block/sda/sda2/dev': '8:2',
      '/sys/block/sda/sda2/holders/dm-0/x': '',
      '/sys/block/dm-0/dev': '254:0',
      '/sys/block/dm-0/holders/dm-1/x': '',
      '/sys/block/dm-1/dev': '254:1',
      '/proc/self/mountinfo': '22 1 254:1 / / rw shared:1 - ext4 /dev/mapper/vg-root rw\n',
    });
    expect(media).toMatchObject({ sticks: [{ isSystem: true }] });
  });

  it('are cut off one by one, and only those let in again', async () => {
    const sticks = new Map([
      ['2-1:1.0', true],
      ['2-2:1.0', false],
    ]);
    const machine = onMachine((act, { parameters = [] }) => {
      const name = /devices\/([^/]+)\//.exec(parameters[0] ?? '')?.[1];
      if (name !== undefined) sticks.set(name, parameters[1] === '1');
      const all = [...sticks].map(([one, isOpen]) => ({
        name: one,
        isOpen,
        disks: isOpen ? ['sda'] : [],
        isSystem: false,
      }));
      return output(act.id === 'linux/usb-storage' ? JSON.stringify({ sticks: all, cards: [] }) : '');
    });
    const { hold, lift } = machine.restrictor.means['block-removable-media'];
    expect(await hold([])).toMatchObject({ effect: 'in-force' });
    expect([...sticks.values()]).toEqual([false, false]);
    expect(await lift()).toMatchObject({ effect: 'lifted' });
    expect([...sticks]).toEqual([
      ['2-1:1.0', true],
      ['2-2:1.0', false],
    ]);
    expect(machine.asked).toContain('linux/usb-storage-driver /sys/bus/usb/drivers_probe 2-1:1.0');
  });
});
