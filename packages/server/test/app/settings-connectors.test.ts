import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const DIRECTORY: Record<string, unknown> = {
  servers: ['ldaps://dc1.test', 'ldap://dc2.test/'],
  bindDn: 'CN=b,DC=test',
  passwordFile: 'password',
  base: 'OU=People,DC=test',
  facilities: [
    { facility: 'network', disableAccount: true },
    { facility: 'remote-access', groups: ['CN=VPN, all,DC=test'] },
  ],
};
const HOOK: Record<string, unknown> = {
  name: 'housing',
  url: 'https://far.test/in',
  secretFile: 'secret',
  facilities: ['business-systems'],
};
function connectors(file: unknown, environment: Record<string, string> = {}) {
  const path = join(folder, 'beadle-server.yaml');
  // JSON is YAML.
  writeFileSync(path, JSON.stringify({ connectors: file }));
  return readSettings({ environment, workingFolder: folder }).connectors;
}
const directory = (more: Record<string, unknown> = {}, environment: Record<string, string> = {}) =>
  connectors({ activeDirectory: { ...DIRECTORY, ...more } }, environment);
const hook = (more: Record<string, unknown> = {}) => connectors({ webhooks: [{ ...HOOK, ...more }] });
const facilities = (...list: unknown[]) => ({ facilities: list });

describe('the settings of Active Directory', () => {
  it('are read, and switch nothing on by themselves', () => {
    writeFileSync(join(folder, 'password'), 'secret\n');
    const { activeDirectory } = directory();
    expect(activeDirectory).toMatchObject({
      enabled: false,
      servers: ['ldaps://dc1.test', 'ldap://dc2.test'],
      caFile: null,
      base: 'OU=People,DC=test',
    });
    expect(activeDirectory?.readPassword()).toBe('secret');
    expect([...(activeDirectory?.facilities ?? [])]).toEqual([
      ['network', { disableAccount: true, groups: [] }],
      ['remote-access', { disableAccount: false, groups: ['CN=VPN, all,DC=test'] }],
    ]);
    expect(directory({ enabled: true }).activeDirectory?.enabled).toBe(true);
    const variable = { BEADLE_SERVER_CONNECTORS_ACTIVE_DIRECTORY_PASSWORD: 'other' };
    expect(directory({ passwordFile: undefined }, variable).activeDirectory?.readPassword()).toBe('other');
  });

  const group = 'CN=G,DC=test';
  it.each([
    ['http', { servers: ['http://dc1.test'] }, /activeDirectory\.servers: expected a list of every writable/],
    ['no server', { servers: [] }, /activeDirectory\.servers: expected/],
    ['a server twice', { servers: ['ldaps://a', 'ldaps://a/'] }, /not ldaps:\/\/a twice/],
    ['a global catalogue', { servers: ['ldaps://a:3269'] }, /not the global catalogue of ldaps:\/\/a:3269/],
    ['no password', { passwordFile: undefined }, /BEADLE_SERVER_CONNECTORS_ACTIVE_DIRECTORY_PASSWORD/],
    ['no facility', facilities(), /facilities: expected a list of facilities/],
    [
      'the device',
      facilities({ facility: 'device', groups: [group] }),
      /facilities\[0\]\.facility: expected one of network/,
    ],
    [
      'a facility twice',
      facilities({ facility: 'network', groups: [group] }, { facility: 'network', disableAccount: true }),
      /facilities\[1\]: expected another facility/,
    ],
    [
      'a facility by nothing',
      facilities({ facility: 'remote-access' }),
      /facilities\[0\]: expected groups, or disableAccount/,
    ],
    [
      'an account of another facility',
      facilities({ facility: 'remote-access', disableAccount: true }),
      /disableAccount with the facility network alone/,
    ],
    [
      'a group of two',
      facilities({ facility: 'network', groups: [group] }, { facility: 'remote-access', groups: ['cn=g, dc=TEST'] }),
      /facilities\[1\]: expected a group of one facility alone, not cn=g, dc=TEST, which carries network/,
    ],
    [
      'a group by its name',
      facilities({ facility: 'network', groups: ['VPN Users'] }),
      /facilities\[0\]\.groups: expected a list of the distinguished names/,
    ],
    ['a misspelt setting', { discover: true }, /there is no such setting/],
  ])('refuse %s', (_what, more, words) => {
    expect(() => directory(more)).toThrow(words);
  });
});

describe('the settings of a webhook', () => {
  it('are read', () => {
    expect(hook().webhooks).toMatchObject([
      {
        name: 'housing',
        enabled: false,
        destination: 'far.test',
        secretFile: join(folder, 'secret'),
        facilities: ['business-systems'],
        proxy: null,
      },
    ]);
    writeFileSync(join(folder, 'address'), 'https://far.test/s3cret\n');
    const [secret] = hook({ url: undefined, urlFile: 'address' }).webhooks;
    expect([secret?.destination, secret?.readUrl()]).toEqual([join(folder, 'address'), 'https://far.test/s3cret']);
  });

  it.each([
    ['the clear', { url: 'http://far.test' }, /webhooks\[0\]\.url: expected https:/],
    ['a password in the address', { url: 'https://a:b@far.test' }, /without a name or a password/],
    ['two addresses', { urlFile: 'address' }, /either url or urlFile/],
    ['no signature', { secretFile: undefined }, /webhooks\[0\]\.secretFile: expected a path, which is missing/],
    ['the name of another connector', { name: 'active-directory' }, /webhooks\[0\]\.name: expected another name/],
    ['the device', { facilities: ['device'] }, /webhooks\[0\]\.facilities: expected a list of/],
    ['a proxy that is none', { proxy: 'ftp://proxy' }, /webhooks\[0\]\.proxy: expected http/],
  ])('refuse %s', (_what, more, words) => {
    expect(() => hook(more)).toThrow(words);
  });

  it('refuse a name twice', () => {
    expect(() => connectors({ webhooks: [HOOK, HOOK] })).toThrow(/not housing twice/);
  });
});
