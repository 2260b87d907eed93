import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import type { Client, Entry } from 'ldapts';
import {
  InsufficientAccessError,
  NoSuchAttributeError,
  NoSuchObjectError,
  UnwillingToPerformError,
  AlreadyExistsError,
  BusyError,
} from 'ldapts';
import { describe, expect, it } from 'vitest';
import { ldapOpen } from '../../src/withdrawals/connectors/active-directory/connect.ts';
import { nameOfDn } from '../../src/withdrawals/connectors/active-directory/directory.ts';
import { guidText, sidOfSameDomain, sidText } from '../../src/withdrawals/connectors/active-directory/identifiers.ts';
import { accountOf, timeOf } from '../../src/withdrawals/connectors/active-directory/ldap-entries.ts';
import { ldapDirectory, readRoot } from '../../src/withdrawals/connectors/active-directory/ldap.ts';

const GUID = Buffer.from('8fd661f8ee804143912 9f751d3427b72'.replaceAll(' ', ''), 'hex');
const SID = Buffer.from('0105000000000005150000003673d97a50a1231fe733993651040000', 'hex');
/** As Samba 4.17 answers, read by ldapts: an attribute that is not there is an empty list. */
const ENTRY: Entry = {
  dn: 'CN=bob,OU=People,DC=beadle,DC=test',
  objectGUID: GUID,
  objectSid: SID,
  sAMAccountName: 'bob',
  userAccountControl: '512',
  primaryGroupID: '513',
  adminCount: [],
};
const ROOT: Entry = {
  dn: '',
  defaultNamingContext: 'DC=beadle,DC=test',
  dnsHostName: 'dc1.beadle.test',
  currentTime: '20261128224502.0Z',
  tokenGroups: [SID],
  supportedCapabilities: ['1.2.840.113556.1.4.800'],
};

interface FakeClient {
  isBound: boolean;
  entries: Entry[];
  error: Error | undefined;
  readonly sent: unknown[];
}
function clientOf(fake: FakeClient): Client {
  const answered = async <T>(sent: unknown, value: T): Promise<T> => {
    fake.sent.push(sent);
    if (fake.error !== undefined) throw fake.error;
    return value;
  };
  const client = {
    get isBound() {
      return fake.isBound;
    },
    search: (base: string, options: object) => answered({ base, ...options }, { searchEntries: fake.entries }),
    modify: (dn: string, changes: unknown[]) => answered({ dn, changes }, undefined),
  };
  return client as unknown as Client;
}
async function opened(more: Partial<FakeClient> = {}) {
  const fake: FakeClient = { isBound: true, entries: [ROOT], error: undefined, sent: [] };
  const client = clientOf(fake);
  const directory = ldapDirectory(client, await readRoot(client), 'OU=People,DC=beadle,DC=test');
  Object.assign(fake, { entries: [ENTRY], sent: [] }, more);
  return { fake, directory };
}

describe('what a controller answers', () => {
  it('is read', async () => {
    const { directory } = await opened();
    expect([directory.where, directory.clock, [...directory.own]]).toEqual([
      'dc1.beadle.test',
      Date.UTC(2026, 10, 28, 22, 45, 2),
      ['S-1-5-21-2061071158-522428752-916009959-1105'],
    ]);
    expect(await directory.account('f861d68f-80ee-4341-9129-f751d3427b72')).toEqual({
      guid: 'f861d68f-80ee-4341-9129-f751d3427b72',
      dn: ENTRY.dn,
      name: 'bob',
      sid: 'S-1-5-21-2061071158-522428752-916009959-1105',
      control: 512,
      primaryGroup: 'S-1-5-21-2061071158-522428752-916009959-513',
      isProtected: false,
    });
  });

  it.each(['objectGUID', 'objectSid', 'sAMAccountName', 'userAccountControl', 'primaryGroupID'])(
    'is an error, and no verdict, where %s is missing or odd',
    (attribute) => {
      expect(() => accountOf({ ...ENTRY, [attribute]: [] })).toThrow(`did not say the ${attribute} of CN=bob`);
      const odd = Buffer.isBuffer(ENTRY[attribute]) ? Buffer.alloc(3) : attribute === 'sAMAccountName' ? ' ' : '0x202';
      expect(() => accountOf({ ...ENTRY, [attribute]: odd })).toThrow(`did not say the ${attribute}`);
    },
  );

  it('over a connection that was cut and made anew, as nobody, is not taken', async () => {
    const { directory } = await opened({ isBound: false, entries: [] });
    await expect(directory.account('x')).rejects.toThrow('was cut');
    await expect(directory.accountsNamed('bob')).rejects.toThrow('was cut');
    await expect(directory.controllers()).rejects.toThrow('was cut');
  });

  it('is nothing where there is no such object, and an error otherwise', async () => {
    const { fake, directory } = await opened({ error: new NoSuchObjectError('') });
    expect([
      await directory.account('x'),
      await directory.groupAt('CN=x'),
      [...(await directory.changeable('x'))],
    ]).toEqual([undefined, undefined, []]);
    await expect(directory.accountsNamed('bob')).rejects.toBe(fake.error);
    fake.error = new BusyError('');
    await expect(directory.account('x')).rejects.toBe(fake.error);
  });

  it('of groups is not taken where the account was moved in between', async () => {
    const { directory } = await opened({ entries: [{ ...ENTRY, dn: 'CN=bob,OU=Elsewhere,DC=beadle,DC=test' }] });
    await expect(directory.memberships(accountOf(ENTRY))).rejects.toThrow('moved or renamed');
  });

  it('is no root without a domain and a name', async () => {
    const fake: FakeClient = { isBound: true, entries: [{ dn: '' }], error: undefined, sent: [] };
    await expect(readRoot(clientOf(fake))).rejects.toThrow('no domain controller');
    fake.entries = [{ ...ROOT, supportedCapabilities: '1.2.840.113556.1.4.1920' }];
    expect(await readRoot(clientOf(fake))).toMatchObject({ isReadOnly: true });
  });
});

describe('a change', () => {
  it.each([
    [undefined, 'done'],
    [new NoSuchAttributeError(''), 'stale'],
    [new AlreadyExistsError(''), 'there'],
    [new UnwillingToPerformError(''), 'unwilling'],
    [new NoSuchObjectError(''), 'gone'],
    [new InsufficientAccessError(''), 'forbidden'],
  ])('that is answered with %s is %s', async (error, outcome) => {
    const { directory } = await opened({ error });
    expect(await directory.setControl('x', 512, 514)).toBe(outcome);
    expect(await directory.addMember('g', 'x')).toBe(outcome);
    expect(await directory.removeMember('g', 'x')).toBe(outcome);
  });

  it('takes the old value away and puts the new one in, in one request', async () => {
    const { fake, directory } = await opened();
    await directory.setControl('8a', 512, 514);
    await directory.removeMember('9b', '8a');
    const change = (operation: string, type: string, value: string) => ({
      operation,
      modification: { type, values: [value] },
    });
    expect(fake.sent).toMatchObject([
      {
        dn: '<GUID=8a>',
        changes: [change('delete', 'userAccountControl', '512'), change('add', 'userAccountControl', '514')],
      },
      { dn: '<GUID=9b>', changes: [change('delete', 'member', '<GUID=8a>')] },
    ]);
  });

  it('that is not understood is thrown', async () => {
    const error = new BusyError('');
    const { directory } = await opened({ error });
    await expect(directory.addMember('g', 'x')).rejects.toBe(error);
  });
});

describe('identifiers', () => {
  it('of any bytes are one or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(guidText(buffer) ?? '0').toMatch(
          bytes.length === 16 ? /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/ : /^0$/,
        );
        expect(sidText(buffer) ?? 'S-1-1').toMatch(/^S-\d+-\d+(-\d+)*$/);
      }),
    );
  });

  it('keep their domain', () => expect(sidOfSameDomain('S-1-5-21-1-2-3-1104', 513)).toBe('S-1-5-21-1-2-3-513'));
});

describe('names and times', () => {
  it.each([
    ['CN=VPN Users,OU=Groups,DC=x', 'VPN Users'],
    ['CN=Mail\\, all (old),DC=x', 'Mail, all (old)'],
    ['cn=a=b,DC=x', 'a=b'],
    ['nothing', 'nothing'],
  ])('of %s the first is %s', (dn, name) => expect(nameOfDn(dn)).toBe(name));

  it('never fail on what is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof nameOfDn(text)).toBe('string');
        expect(timeOf(text) === null || Number.isFinite(timeOf(text))).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        const text = `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}.0Z`;
        expect(timeOf(text)).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
    );
  });
});

describe('a controller that says nothing', () => {
  it.each(['ldaps', 'ldap'])('over %s is left at once when the work is stopped', async (scheme) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const stop = new AbortController();
    const settings = {
      enabled: true,
      servers: [],
      caFile: null,
      bindDn: 'CN=b,DC=test',
      readPassword: () => 'secret',
      base: 'DC=test',
      facilities: new Map(),
    };
    const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const asked = ldapOpen(settings)(url, stop.signal, async () => 'open');
    await once(server, 'connection');
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
