import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { readSettings } from '../../src/settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (environment: Record<string, string> = {}, file?: string) =>
  readSettings({ environment, file, workingFolder: folder });
const write = (text: string, name = 'beadle-server.yaml') => writeFileSync(join(folder, name), text);

describe('an address of PostgreSQL', () => {
  it('is shown without its password, and keys lie where a folder of SQLite would have them', () => {
    const location = 'postgresql://beadle:s3cret@db.council.test:6432/beadle?sslmode=verify-full';
    const settings = read({ BEADLE_SERVER_DATABASE: location });
    expect(settings).toMatchObject({
      database: location,
      databaseName: 'postgresql://beadle@db.council.test:6432/beadle',
      databaseConnections: 10,
      databaseDirect: null,
      keysFolder: join(folder, 'data/server-keys'),
    });
  });
});

describe('an address past a pooler', () => {
  const pooled = 'postgres://beadle@127.0.0.1:6432/beadle';
  const direct = 'postgres://beadle@db.council.test/beadle';
  const settings = (database: string, address: string) =>
    read({ BEADLE_SERVER_DATABASE: database, BEADLE_SERVER_DATABASE_DIRECT: address });

  it('stands beside the one through it', () => {
    expect(settings(pooled, direct)).toMatchObject({ database: pooled, databaseDirect: direct });
  });
  it.each([
    [pooled, '/var/lib/beadle'],
    [pooled, 'postgres://beadle@db.council.test'],
    ['/var/lib/beadle', direct],
  ])('is refused beside %s where it is %s', (database, address) => {
    expect(() => settings(database, address)).toThrow(/BEADLE_SERVER_DATABASE_DIRECT: expected postgres:/);
  });
});

describe('settings', () => {
  it('have defaults for a machine of its own', () => {
    expect(read()).toEqual({
      database: join(folder, 'data/server'),
      databaseName: join(folder, 'data/server'),
      directory: null,
      connectors: { activeDirectory: null, webhooks: [] },
      databaseDirect: null,
      databaseConnections: 10,
      host: '127.0.0.1',
      port: 8420,
      origin: 'http://127.0.0.1:8420',
      authorities: ['127.0.0.1:8420', 'localhost:8420', '[::1]:8420'],
      keysFolder: join(folder, 'data/server-keys'),
      mailFolder: join(folder, 'data/server/mail'),
      smtp: null,
      govukNotify: null,
      webhooks: [],
      secondFactor: 'optional',
      siems: [],
      oidc: null,
      organisation: 'The council',
      notice: null,
      trustedProxies: [],
      countriesFile: null,
      logLevel: 'info',
      logFile: null,
      deviceWithdrawals: null,
      limits: DEFAULT_LIMITS,
    });
    expect(Object.isFrozen(read())).toBe(true);
  });

  it('come from the file, and a variable goes before it', () => {
    write(
      'port: 9000\norganisation: Dacorum Borough Council\nsmtp: { host: mail.test, from: a@b.test }\nkeysFolder: keys\n',
    );
    const settings = read({
      BEADLE_SERVER_PORT: '9001',
      BEADLE_SERVER_SMTP_PORT: '25',
      BEADLE_SERVER_TRUSTED_PROXIES: '10.0.0.1, 10.1.0.0/16',
      PATH: '/bin',
    });
    expect(settings).toMatchObject({
      port: 9001,
      organisation: 'Dacorum Borough Council',
      keysFolder: join(folder, 'keys'),
    });
    expect(settings.smtp).toEqual({
      host: 'mail.test',
      port: 25,
      secure: false,
      user: null,
      passwordFile: null,
      from: 'a@b.test',
    });
    expect(settings.trustedProxies).toEqual(['10.0.0.1', '10.1.0.0/16']);
  });

  it('make the authorities of signatures from the origin', () => {
    expect(read({ BEADLE_SERVER_ORIGIN: 'https://beadle.test', BEADLE_SERVER_HOST: '0.0.0.0' }).authorities).toEqual([
      'beadle.test',
    ]);
    expect(read({ BEADLE_SERVER_HOST: '::1' }).origin).toBe('http://[::1]:8420');
  });

  const file = 'beadle-server.yaml';
  it.each([
    [
      'prot: 1',
      {},
      `${file}: prot: there is no such setting; expected one of database, databaseDirect, databaseConnections, host`,
    ],
    [
      'smtp: { host: a, form: a@b.test }',
      {},
      `${file}: smtp.form: there is no such setting; expected one of host, port`,
    ],
    ['smtp: mail.test', {}, `${file}: smtp: expected settings below it: host, port`],
    [
      'smtp: { host: a }',
      {},
      `${file}: smtp.from: expected an e-mail address, which is missing; write for example "beadle@council.gov.uk"`,
    ],
    ['port: "8420"', {}, `${file}: port: expected a port number from 1 to 65535, not "8420"; write for example 8420`],
    ['port: [', {}, `${file}: expected valid YAML`],
    ['port: 1\nport: 2', {}, `${file}: expected valid YAML`],
    ['- a', {}, `${file}: expected one setting a line`],
    [
      '',
      { BEADLE_SERVER_PROT: '1' },
      'BEADLE_SERVER_PROT: there is no such setting; expected one of BEADLE_SERVER_DATABASE',
    ],
    ['', { BEADLE_SERVER_PORT: '0' }, 'BEADLE_SERVER_PORT: expected a port number from 1 to 65535, not 0'],
    [
      '',
      { BEADLE_SERVER_SMTP_SECURE: 'yes', BEADLE_SERVER_SMTP_HOST: 'a', BEADLE_SERVER_SMTP_FROM: 'a@b.test' },
      'BEADLE_SERVER_SMTP_SECURE: expected true or false, not "yes"',
    ],
    [
      '',
      { BEADLE_SERVER_DATABASE: 'postgres://beadle:secret@db' },
      'BEADLE_SERVER_DATABASE: expected postgres:// with a user, a host and the name of a database',
    ],
    [
      '',
      { BEADLE_SERVER_ORIGIN: 'https://a.test/path' },
      'BEADLE_SERVER_ORIGIN: expected http:// or https:// with a host and no path',
    ],
    ['', { BEADLE_SERVER_ORIGIN: 'beadle.test' }, 'BEADLE_SERVER_ORIGIN: expected http:// or https://'],
    [
      '',
      { BEADLE_SERVER_TRUSTED_PROXIES: '10.0.0.0/99' },
      'BEADLE_SERVER_TRUSTED_PROXIES: expected addresses or networks',
    ],
    [
      '',
      { BEADLE_SERVER_KEYS_FOLDER: 'data/server/keys' },
      'BEADLE_SERVER_KEYS_FOLDER: expected a folder outside of the database',
    ],
    [
      'smtp: { host: a, from: a@b.test, user: me }',
      {},
      `${file}: smtp.user: expected both smtp.user and smtp.passwordFile, or neither`,
    ],
    ['logLevel: loud', {}, `${file}: logLevel: expected one of trace, debug, info`],
  ])('refuse %j %j', (text, environment, words) => {
    if (text !== '') write(text);
    expect(() => read(environment)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(words) }),
    );
  });

  it('refuse a file that was named and is not there', () => {
    expect(() => read({}, 'other.yaml')).toThrow(
      /other\.yaml: cannot be read; give the path of a settings file that exists with --config/,
    );
  });
});

describe('channels', () => {
  const [govuk, secret] = ['f33517ff-2a88-4f6e-b855-c550268ce08a', 'secretFile: s'];
  it('have defaults, and paths beside the file', () => {
    write('https://teams.test/w?sig=x\n', 'address');
    write(
      [
        `govukNotify: { apiKeyFile: key, templateId: ${govuk} }`,
        `webhooks: [{ name: a, url: "https://a.test/in", ${secret} }, { name: b, urlFile: address, format: teams, events: [digest.daily] }]`,
        'siem: [{ name: soc, host: siem.test }, { name: other, host: 10.0.0.1, transport: tcp, format: ocsf }]',
      ].join('\n'),
    );
    const { govukNotify, webhooks, siems } = read();
    expect(govukNotify).toEqual({
      apiKeyFile: join(folder, 'key'),
      templateId: govuk,
      replyToId: null,
      baseUrl: 'https://api.notifications.service.gov.uk',
      proxy: null,
    });
    expect(webhooks).toMatchObject([
      { name: 'a', destination: 'a.test', secretFile: join(folder, 's'), format: 'json' },
      { name: 'b', destination: join(folder, 'address'), secretFile: null, format: 'teams' },
    ]);
    expect(webhooks.map(({ readUrl }) => readUrl())).toEqual(['https://a.test/in', 'https://teams.test/w?sig=x']);
    write('http://elsewhere.test/?sig=x', 'address');
    expect(() => webhooks[1]?.readUrl()).toThrow(/^[^?]*address: expected https:\/\/ with a host[^?]*$/);
    expect([...(webhooks[1]?.events ?? [])]).toEqual(['test', 'digest.daily']);
    expect(siems).toMatchObject([
      { port: 6514, transport: 'tls', format: 'cef', caFile: null },
      { port: 601, transport: 'tcp', format: 'ocsf' },
    ]);
  });

  it.each([
    ['webhooks: [{ name: a }]', /webhooks\[0\]: expected either url or urlFile\./],
    ['webhooks: [{ name: a, url: "https://a.test" }]', /webhooks\[0\]: expected a secretFile/],
    [`webhooks: [{ name: a, url: "http://a.test", ${secret} }]`, /webhooks\[0\]\.url: expected https:\/\//],
    [`webhooks: [{ name: a, url: "https://u:p@a.test", ${secret} }]`, /webhooks\[0\]\.url: expected https:\/\//],
    [
      `webhooks: [{ name: A b, url: "https://a.test", ${secret} }]`,
      /webhooks\[0\]\.name: expected a name of small letters/,
    ],
    [
      `webhooks: [{ name: a, url: "https://a.test", ${secret}, event: [x] }]`,
      /webhooks\[0\]: event: there is no such setting; expected one of name, url/,
    ],
    [
      `webhooks: [{ name: a, url: "https://a.test", ${secret}, events: [breach.open] }]`,
      /webhooks\[0\]\.events: expected a list of breach\.opened/,
    ],
    [
      `webhooks: [{ name: a, url: "https://a.test", ${secret} }, { name: a, url: "https://b.test", ${secret} }]`,
      /webhooks: expected another name for each, not a twice/,
    ],
    ['webhooks: [text]', /webhooks\[0\]: expected settings below it/],
    ['webhooks: https://a.test', /webhooks: expected a list of webhooks/],
    ['siem: [{ name: soc }]', /siem\[0\]\.host: expected a host name or an address, which is missing/],
    ['siem: [{ name: soc, host: a, transport: udp }]', /siem\[0\]\.transport: expected one of tls, tcp/],
    ['govukNotify: { apiKeyFile: k, templateId: x }', /govukNotify\.templateId: expected the id of an e-mail template/],
    [`govukNotify: { apiKeyFile: k, templateId: ${govuk}, proxy: "ftp://p" }`, /govukNotify\.proxy: expected http/],
  ])('refuse %j', (text, words) => {
    write(text);
    expect(() => read()).toThrow(words);
  });

  it('that are a list are given in the file alone', () => {
    expect(() => read({ BEADLE_SERVER_WEBHOOKS: 'https://a.test' })).toThrow(
      /BEADLE_SERVER_WEBHOOKS\[0\]: expected settings below it: name, url/,
    );
  });
});
