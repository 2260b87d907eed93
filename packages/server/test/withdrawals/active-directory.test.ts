import { beforeEach, describe, expect, it } from 'vitest';
import type { Facility } from '../../src/facilities.ts';
import type { Carried } from '../../src/settings-connectors.ts';
import {
  type Connector,
  type Expected,
  type Kept,
  NeedsPerson,
  type Subject,
} from '../../src/withdrawals/connector.ts';
import { activeDirectoryConnector } from '../../src/withdrawals/connectors/active-directory.ts';
import {
  DISABLED,
  emptyWorld,
  fakeDirectory,
  type FakeOptions,
  fakeOpen,
  type FakeWorld,
  guid,
} from './fake-directory.ts';

const [PAT, OTHER, BOUND, VPN, MAIL, TEAM, DOMAIN_USERS] = [1, 2, 3, 11, 12, 13, 14].map(guid) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const DN = { vpn: 'CN=VPN Users,OU=Groups,DC=test', mail: 'CN=Mail\\, all,OU=Groups,DC=test' };
const SUBJECT: Subject = { organisation: 'o', person: 'p', account: 'pat', email: null };
const FACILITIES = new Map<Facility, Carried>([
  ['network', { disableAccount: true, groups: [] }],
  ['remote-access', { disableAccount: false, groups: [DN.vpn] }],
  ['email-and-internet', { disableAccount: false, groups: [DN.mail] }],
]);
const signal = AbortSignal.timeout(60_000);

let world: FakeWorld;
beforeEach(() => {
  world = emptyWorld();
  const account = { primary: DOMAIN_USERS, isProtected: false, control: 512 };
  world.accounts.set(PAT, { ...account, name: 'pat', dn: 'CN=Pat,DC=test' });
  world.accounts.set(OTHER, { ...account, name: 'other', dn: 'CN=Other,DC=test' });
  world.accounts.set(BOUND, { ...account, name: 'beadle', dn: 'CN=beadle,DC=test' });
  const group = (dn: string, ...members: string[]) => ({ dn, members: new Set(members), isProtected: false });
  world.groups.set(VPN, group(DN.vpn, PAT, OTHER));
  world.groups.set(MAIL, group(DN.mail, OTHER));
  world.groups.set(TEAM, group('CN=Team,DC=test'));
  world.groups.set(DOMAIN_USERS, group('CN=Domain Users,DC=test'));
});

function connector(
  options: FakeOptions = {},
  more: Record<string, FakeWorld> = {},
  servers = ['ldaps://dc1'],
): Connector {
  const first = fakeDirectory(world, { own: [BOUND], ...options });
  const others = Object.entries(more).map(
    ([name, one]) => [`ldaps://${name}`, fakeDirectory(one, { ...options, where: `${name}.test` })] as const,
  );
  const settings = {
    enabled: true,
    servers,
    caFile: null,
    bindDn: 'CN=b',
    readPassword: () => 'secret',
    base: 'DC=test',
    facilities: FACILITIES,
  };
  return activeDirectoryConnector(settings, {
    now: () => 5,
    open: fakeOpen(new Map([['ldaps://dc1', first], ...others])),
  });
}
const vpn = () => world.groups.get(VPN)?.members ?? new Set();
const pat = () => world.accounts.get(PAT) ?? expect.fail('there is no pat');
const find = (facility: Facility, on = connector()) => on.find(SUBJECT, facility, signal);
const withdraw = (facility: Facility, before: Kept, on = connector()) => on.withdraw(SUBJECT, facility, before, signal);
const prove = (facility: Facility, before: Kept, expected: Expected, on = connector()) =>
  on.prove(SUBJECT, facility, before, expected, signal);
const restore = (facility: Facility, before: Kept, on = connector()) => on.restore(SUBJECT, facility, before, signal);
/** A person is needed, and is told what to do. */
const person = (words: RegExp) =>
  expect.objectContaining({ name: NeedsPerson.name, message: expect.stringMatching(words) });

describe('what is found', () => {
  it('is what would be changed, in words, and changes nothing', async () => {
    const was = structuredClone(world);
    expect((await find('network')).changes).toEqual(['Disable the account pat']);
    expect((await find('remote-access')).changes).toEqual(['Take pat out of the group VPN Users']);
    expect(await find('email-and-internet')).toMatchObject({ changes: [], warnings: [] });
    expect(world).toEqual(was);
  });

  it('is no change where the account is disabled already', async () => {
    pat().control = 514;
    expect((await find('network')).changes).toEqual([]);
  });

  it('warns of a group that another group or the primary group brings', async () => {
    world.groups.get(TEAM)?.members.add(PAT);
    world.groups.get(MAIL)?.members.add(TEAM);
    expect((await find('email-and-internet')).warnings).toEqual([expect.stringMatching(/^pat is in Mail, all by way/)]);
    world.groups.get(TEAM)?.members.clear();
    world.groups.get(MAIL)?.members.add(DOMAIN_USERS);
    expect((await find('email-and-internet')).warnings).toHaveLength(1);
  });

  it.each([
    ['nobody', () => world.accounts.delete(PAT), /has no account pat/],
    ['two accounts', () => ((world.accounts.get(OTHER) ?? pat()).name = 'pat'), /more than one account pat/],
    ['a protected account', () => (pat().isProtected = true), /domain administrator/],
    [
      'a member of a protected group',
      () => world.groups.set(guid(20), { dn: 'CN=Domain Admins,DC=test', members: new Set([PAT]), isProtected: true }),
      /is in Domain Admins/,
    ],
    ['a group that is not there', () => world.groups.delete(VPN), /no group CN=VPN Users/],
  ])('needs a person for %s', async (_what, change, words) => {
    change();
    await expect(find('remote-access')).rejects.toEqual(person(words));
  });

  it("needs a person for Beadle's own account, and where the register has no account", async () => {
    const on = connector();
    await expect(on.find({ ...SUBJECT, account: 'beadle' }, 'network', signal)).rejects.toEqual(person(/act by hand/));
    await expect(on.find({ ...SUBJECT, account: null }, 'network', signal)).rejects.toEqual(
      person(/register of people/),
    );
    await expect(on.find(SUBJECT, 'business-systems', signal)).rejects.toEqual(person(/no longer says/));
  });
});

describe('a withdrawal', () => {
  it('disables the account and nothing else, however often it is called', async () => {
    pat().control = 66_048;
    const { before } = await find('network');
    await withdraw('network', before);
    await withdraw('network', before);
    expect(pat().control).toBe(66_050);
    expect([...vpn()]).toEqual([PAT, OTHER]);
    expect(await restore('network', before)).toEqual({ left: [] });
    expect(pat().control).toBe(66_048);
  });

  it('reads again where another changes the account in between, and keeps what they set', async () => {
    const { before } = await find('network');
    let changes = 0;
    const on = connector({
      before: () => {
        changes += 1;
        if (changes <= 3) pat().control ^= 65_536;
        return undefined;
      },
    });
    await withdraw('network', before, on);
    expect([changes, pat().control]).toEqual([4, 512 + 65_536 + DISABLED]);
  });

  it('is to be tried again where others never leave the account alone', async () => {
    const { before } = await find('network');
    const failed = withdraw('network', before, connector({ before: () => 'stale' }));
    await expect(failed).rejects.toThrow('changed by others at every attempt');
    await expect(failed).rejects.not.toBeInstanceOf(NeedsPerson);
  });

  it('takes a member out who is out already, or whose group is gone', async () => {
    const { before } = await find('remote-access');
    const raced = connector({
      before: () => {
        vpn().delete(PAT);
        return undefined;
      },
    });
    await withdraw('remote-access', before, raced);
    await withdraw('remote-access', before);
    expect([...vpn()]).toEqual([OTHER]);
    world.groups.delete(VPN);
    await withdraw('remote-access', before);
  });

  it('goes by the id where account and group were moved and renamed', async () => {
    const { before } = await find('remote-access');
    pat().dn = 'CN=Pat Married,OU=Elsewhere,DC=test';
    Object.assign(world.groups.get(VPN) ?? {}, { dn: 'CN=Remote,DC=test' });
    await withdraw('remote-access', before);
    expect([...vpn()]).toEqual([OTHER]);
  });

  it.each([
    ['forbidden', /may not write member of the group VPN Users.*docs\/connectors\.md/],
    ['unwilling', /does not let pat be taken out of VPN Users/],
  ] as const)('needs a person where the directory answers %s', async (outcome, words) => {
    const { before } = await find('remote-access');
    await expect(withdraw('remote-access', before, connector({ before: () => outcome }))).rejects.toEqual(
      person(words),
    );
  });

  it('needs a person where the account may not be disabled, is gone, or has become an administrator', async () => {
    const { before } = await find('network');
    const refused = (outcome: 'forbidden' | 'unwilling') =>
      withdraw('network', before, connector({ before: () => outcome }));
    await expect(refused('forbidden')).rejects.toEqual(person(/may not write userAccountControl of pat/));
    await expect(refused('unwilling')).rejects.toEqual(person(/be disabled: do it by hand/));
    pat().isProtected = true;
    await expect(withdraw('network', before)).rejects.toEqual(person(/protects/));
    world.accounts.delete(PAT);
    await expect(withdraw('network', before)).rejects.toEqual(person(/no longer to be found/));
    await expect(withdraw('network', { account: 'pat' })).rejects.toEqual(person(/cannot be read/));
  });
});

describe('the proof', () => {
  it('is of every controller, and does not hold on one that has not heard of it yet', async () => {
    const { before } = await find('network');
    const late = structuredClone(world);
    await withdraw('network', before);
    const both = connector({ controllers: ['dc1.test', 'dc2.test'] }, { dc2: late }, ['ldaps://dc1', 'ldaps://dc2']);
    const { readings } = await prove('network', before, 'withdrawn', both);
    expect(readings).toEqual([
      { where: 'dc1.test', at: 5, found: expect.stringContaining('pat is disabled'), holds: true },
      { where: 'dc2.test', at: 5, found: expect.stringContaining('pat is enabled'), holds: false },
    ]);
    late.accounts.delete(PAT);
    expect((await prove('network', before, 'withdrawn', both)).readings[1]).toMatchObject({ holds: false });
  });

  it('does not hold while a controller cannot be read', async () => {
    const { before } = await find('network');
    await withdraw('network', before);
    const servers = ['ldaps://dc1', 'ldaps://dc2'];
    const { readings } = await prove('network', before, 'withdrawn', connector({}, {}, servers));
    expect(readings.map(({ where, holds }) => [where, holds])).toEqual([
      ['dc1.test', true],
      ['dc2', false],
    ]);
  });

  it('needs a person where the settings name not every controller', async () => {
    const { before } = await find('network');
    const on = connector({ controllers: ['DC1.test', 'dc9.test'] });
    await expect(prove('network', before, 'withdrawn', on)).rejects.toEqual(person(/does not name: dc9\.test/));
  });

  it('needs a person for a membership by another group, once the rest is done', async () => {
    world.groups.get(VPN)?.members.add(TEAM);
    world.groups.get(TEAM)?.members.add(PAT);
    const { before } = await find('remote-access');
    expect((await prove('remote-access', before, 'withdrawn')).readings).toMatchObject([{ holds: false }]);
    await withdraw('remote-access', before);
    await expect(prove('remote-access', before, 'withdrawn')).rejects.toEqual(person(/pat is in VPN Users by way/));
    world.groups.get(TEAM)?.members.clear();
    expect((await prove('remote-access', before, 'withdrawn')).readings).toMatchObject([{ holds: true }]);
  });

  it('needs a person for a group that somebody has given since', async () => {
    const { before } = await find('email-and-internet');
    world.groups.get(MAIL)?.members.add(PAT);
    await expect(prove('email-and-internet', before, 'withdrawn')).rejects.toEqual(person(/put into Mail, all since/));
  });

  it('needs a person where an account that was disabled before was enabled since', async () => {
    pat().control = 514;
    const { before } = await find('network');
    expect((await prove('network', before, 'withdrawn')).readings).toMatchObject([{ holds: true }]);
    pat().control = 512;
    await expect(prove('network', before, 'withdrawn')).rejects.toEqual(person(/somebody has enabled it since/));
  });

  it('that all is as before is asked of every controller too', async () => {
    const { before } = await find('remote-access');
    await withdraw('remote-access', before);
    expect((await prove('remote-access', before, 'restored')).readings).toMatchObject([{ holds: false }]);
    await restore('remote-access', before);
    expect((await prove('remote-access', before, 'restored')).readings).toMatchObject([{ holds: true }]);
    world.groups.delete(VPN);
    expect((await prove('remote-access', before, 'restored')).readings).toMatchObject([{ holds: true }]);
    world.accounts.delete(PAT);
    expect((await prove('remote-access', before, 'restored')).readings).toMatchObject([
      { holds: true, found: 'It shows no account pat.' },
    ]);
    await expect(prove('remote-access', before, 'withdrawn')).rejects.toEqual(
      person(/no longer shows the account pat/),
    );
  });
});

describe('giving back', () => {
  it('asks for no right where nothing was taken for want of it', async () => {
    const { before } = await find('remote-access');
    const on = connector({ before: () => 'forbidden' });
    await expect(withdraw('remote-access', before, on)).rejects.toBeInstanceOf(NeedsPerson);
    expect(await restore('remote-access', before, on)).toEqual({ left: [] });
  });

  it('leaves disabled who was disabled before', async () => {
    pat().control = 514;
    const { before } = await find('network');
    await withdraw('network', before);
    expect([await restore('network', before), pat().control]).toEqual([{ left: [] }, 514]);
  });

  it('says what was deleted meanwhile, and does not take a new group of that name for the old one', async () => {
    const { before } = await find('remote-access');
    await withdraw('remote-access', before);
    world.groups.delete(VPN);
    world.groups.set(guid(99), { dn: DN.vpn, members: new Set(), isProtected: false });
    expect((await restore('remote-access', before)).left).toEqual([expect.stringMatching(/VPN Users is no longer/)]);
    expect(world.groups.get(guid(99))?.members.size).toBe(0);
    world.accounts.delete(PAT);
    expect((await restore('remote-access', before)).left).toEqual([expect.stringMatching(/pat is no longer.*Nothing/)]);
  });

  it('needs a person for what the directory does not take back, and for a right that is missing', async () => {
    const { before } = await find('network');
    await withdraw('network', before);
    const unwilling = restore('network', before, connector({ before: () => 'unwilling' }));
    await expect(unwilling).rejects.toEqual(person(/may need a new password/));
    await expect(restore('network', before, connector({ before: () => 'forbidden' }))).rejects.toBeInstanceOf(
      NeedsPerson,
    );
  });
});

describe('controllers that do not answer', () => {
  const servers = ['ldaps://dc0', 'ldaps://dc1'];
  it('are passed over, and it is tried again where none does', async () => {
    expect((await find('network', connector({}, {}, servers))).changes).toHaveLength(1);
    const none = find('network', connector({}, {}, ['ldaps://dc0', 'ldaps://dc8']));
    await expect(none).rejects.toThrow('No domain controller could be asked. dc0 did not answer in time.');
    await expect(none).rejects.not.toBeInstanceOf(NeedsPerson);
  });

  it('and rights that are missing are shown by the test', async () => {
    const changeable = (id: string) => (id === VPN ? ['member'] : id === PAT ? ['useraccountcontrol'] : []);
    const lines = await connector({ changeable, clock: 5 }, {}, servers).test(signal);
    expect(lines.map(({ what, ok }) => `${ok ? 'ok' : 'no'} ${what}`)).toEqual([
      'no ldaps://dc0: reached by TLS, and let in',
      'ok ldaps://dc1: reached by TLS, and let in',
      'ok dc1.test: its clock',
      'ok dc1.test: may change the group VPN Users (remote-access)',
      'no dc1.test: may change the group Mail, all (email-and-internet)',
      'ok dc1.test: accounts under DC=test',
      'no dc1.test: may disable accounts',
      'ok every writable domain controller is named in servers',
    ]);
    expect(lines.find(({ what }) => what.includes('disable'))?.detail).toContain('1 of the 2 that were looked at');
  });
});
