import { afterEach, beforeEach, expect, it } from 'vitest';
import { httpReceiver, type Opened, opened } from '../notify/receivers.ts';
import { runServerCommand } from '../support/command.ts';

let parts: Opened;
beforeEach(() => {
  parts = opened();
  parts.write('secret', `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`);
});
afterEach(() => parts.closeAll());

const run = (...args: string[]) => runServerCommand(['connectors', 'test', ...args], { workingFolder: parts.folder });

it('says of each connector whether it could work, switched on or not, and needs no database', async () => {
  expect(await run()).toMatchObject({ exitCode: 0, out: 'No connectors are set: see docs/connectors.md.\n' });
  const far = await httpReceiver(parts);
  const hook = (name: string, url: string, more = '') =>
    `{ name: ${name}, url: '${url}', secretFile: secret, facilities: [business-systems]${more} }`;
  const settings = (...hooks: string[]) =>
    parts.write('beadle-server.yaml', `connectors:\n  webhooks:\n${hooks.map((one) => `    - ${one}\n`).join('')}`);
  settings(hook('housing', far.url, ', enabled: true'));
  const { host } = new URL(far.url);
  expect(await run()).toEqual({
    exitCode: 0,
    out: `housing (business-systems): switched on\n  ok      ${host}: answers, and takes the signature\n`,
    err: '',
  });
  expect(JSON.parse(far.received[0]?.body ?? '')).toMatchObject({ beadle: 1, action: 'test' });
  settings(hook('housing', far.url), hook('revenues', 'http://127.0.0.1:1/'));
  const refused = await run();
  expect(refused.exitCode).toBe(1);
  expect(refused.out).toContain('housing (business-systems): off; set enabled: true to switch it on');
  expect(refused.out).toContain(
    'NOT OK  127.0.0.1:1: answers, and takes the signature. 127.0.0.1:1 refused the connection.',
  );
  const json = await run('--json');
  expect(json.exitCode).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    ok: false,
    connectors: [
      { name: 'housing', enabled: false, facilities: ['business-systems'], lines: [{ ok: true }] },
      { name: 'revenues', lines: [{ ok: false }] },
    ],
  });
});

it('shows a directory that does not answer, and an address that is a secret nowhere', async () => {
  parts.write('password', 'S3cret-Passw0rd\n');
  parts.write('address', 'http://127.0.0.1:1/s3cret-path\n');
  parts.write(
    'beadle-server.yaml',
    `connectors:
  activeDirectory:
    servers: ['ldaps://127.0.0.1:1', 'ldap://127.0.0.1:1']
    bindDn: CN=b,DC=test
    passwordFile: password
    base: DC=test
    facilities: [{ facility: network, disableAccount: true }]
  webhooks:
    - { name: housing, urlFile: address, secretFile: secret, facilities: [business-systems] }
`,
  );
  const { exitCode, out, err } = await run();
  expect([exitCode, err]).toEqual([1, '']);
  expect(out.split('\n').filter((line) => line.includes('NOT OK'))).toEqual([
    '  NOT OK  ldaps://127.0.0.1:1: reached by TLS, and let in. 127.0.0.1:1 refused the connection.',
    '  NOT OK  ldap://127.0.0.1:1: reached by TLS, and let in. 127.0.0.1:1 refused the connection.',
    expect.stringContaining('127.0.0.1:1 refused the connection.'),
  ]);
  expect(out).not.toMatch(/s3cret/i);
});
