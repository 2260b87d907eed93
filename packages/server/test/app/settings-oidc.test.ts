import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TENANT = '2f6f8a3c-4a1e-4c0d-9b5e-0d6d5a1f7c11';
const ENTRA = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const yaml = (changed: Record<string, string> = {}) =>
  Object.entries({
    issuer: ENTRA,
    clientId: 'beadle',
    clientSecretFile: 'secret',
    roles: '{ "CN=Officers,OU=Groups": auditor, Staff: worker }',
    ...changed,
  })
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `  ${key}: ${value}`)
    .join('\n');

function read(text: string, environment: Record<string, string> = {}) {
  writeFileSync(join(folder, 'beadle-server.yaml'), text);
  return readSettings({ environment, workingFolder: folder });
}
const readOidc = (changed?: Record<string, string>) => read(`oidc:\n${yaml(changed)}`).oidc;

describe('the settings of the council’s sign-in', () => {
  it('have what most providers use where they do not say otherwise', () => {
    writeFileSync(join(folder, 'secret'), 'hush\n');
    const oidc = readOidc();
    expect(oidc).toMatchObject({
      clientId: 'beadle',
      scope: 'openid profile',
      nameClaim: 'preferred_username',
      groupsClaim: 'groups',
      otherwise: null,
      label: 'your council account',
      caFile: null,
      proxy: null,
    });
    expect(oidc?.issuer.href).toBe(ENTRA);
    expect(oidc?.readSecret()).toBe('hush');
  });

  it('keep the order of the groups, with everybody last', () => {
    expect(readOidc({ roles: '{ "*": worker, Z: auditor, A: siro }' })).toMatchObject({
      roles: [
        ['Z', 'auditor'],
        ['A', 'siro'],
      ],
      otherwise: 'worker',
    });
  });

  it('are variables too', () => {
    const { oidc } = read('', {
      BEADLE_SERVER_OIDC_ISSUER: 'http://127.0.0.1:9000',
      BEADLE_SERVER_OIDC_CLIENT_ID: 'beadle',
      BEADLE_SERVER_OIDC_CLIENT_SECRET_FILE: 'secret',
      BEADLE_SERVER_OIDC_SCOPES: 'email, openid',
      BEADLE_SERVER_OIDC_ROLES: 'cn=Officers=auditor, Staff=worker',
    });
    expect(oidc).toMatchObject({
      scope: 'openid email',
      roles: [
        ['cn=Officers', 'auditor'],
        ['Staff', 'worker'],
      ],
    });
  });

  it.each([
    [{ issuer: 'http://sso.example.org' }, /oidc\.issuer: expected https:\/\//],
    [{ issuer: 'https://user:password@sso.example.org' }, /oidc\.issuer: expected https:\/\//],
    [{ issuer: 'https://login.microsoftonline.com/common/v2.0' }, /oidc\.issuer: expected .*tenant id/],
    [{ issuer: 'https://login.microsoftonline.com/organizations/v2.0' }, /oidc\.issuer: expected .*tenant id/],
    [{ issuer: 'https://LOGIN.microsoftonline.com/consumers/v2.0' }, /oidc\.issuer: expected .*tenant id/],
    [{ roles: '{ Staff: boss }' }, /oidc\.roles: expected roles by group, each one of administrator, /],
    [{ roles: '{ 12: worker }' }, /oidc\.roles: expected roles by group/],
    [{ roles: '{}' }, /oidc\.roles: expected roles by group/],
    [{ roles: '' }, /oidc\.roles: expected .* which is missing/],
    [{ clientId: '' }, /oidc\.clientId: expected .* which is missing/],
    [{ clientSecret: 'hush' }, /oidc\.clientSecret: there is no such setting/],
    [{ scopes: '["a b"]' }, /oidc\.scopes: expected a list of scopes/],
    [{ proxy: 'socks://a' }, /oidc\.proxy: expected http:\/\//],
  ])('are refused where they would let in whom they should not, or nobody: %j', (changed, words) => {
    expect(() => readOidc(changed)).toThrow(words);
  });
});
