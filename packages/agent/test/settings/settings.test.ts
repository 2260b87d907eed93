import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings, settingsFile } from '../../src/settings/settings.ts';

const KEY = `beadle1.${'A'.repeat(22)}.${'B'.repeat(43)}.${'C'.repeat(43)}`;
let folder: string;
let environment: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-settings-'));
  environment = { BEADLE_AGENT_SETTINGS: join(folder, 'settings.json') };
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string, mode: number): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const settings = (value: object, mode = 0o644) => put('settings.json', JSON.stringify(value), mode);

describe('the settings of the agent', () => {
  it('are none where there is no file, and stand where only administrators write', () => {
    expect(readSettings(environment)).toEqual({});
    expect(settingsFile({}, 'linux')).toBe('/etc/beadle-agent/settings.json');
    expect(settingsFile({ ProgramFiles: 'D:\\Programs' }, 'win32')).toContain('D:\\Programs');
  });

  it('come from the file, and the environment counts more', () => {
    const fleetKeyFile = put('key', `${KEY}\n`, 0o600);
    settings({ server: 'https://one.example', fleetKeyFile, caFile: '/etc/ca.pem' });
    expect(readSettings(environment)).toMatchObject({
      server: 'https://one.example',
      fleetKey: KEY,
      caFile: '/etc/ca.pem',
    });
    environment['BEADLE_AGENT_SERVER'] = 'https://two.example';
    expect(readSettings(environment)).toMatchObject({ server: 'https://two.example', fleetKey: KEY });
    rmSync(fleetKeyFile);
    expect(readSettings(environment).fleetKey).toBeUndefined();
  });

  it('put the proxy into the environment, but over none that is there', () => {
    settings({ proxy: 'http://proxy.example:3128', noProxy: 'localhost' });
    readSettings(environment);
    expect(environment).toMatchObject({ HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'localhost' });
    const own: Record<string, string> = { ...environment, HTTPS_PROXY: 'http://own.example' };
    readSettings(own);
    expect(own['HTTPS_PROXY']).toBe('http://own.example');
  });

  it.each([
    ['{', 'is not JSON'],
    ['{"servr":"x"}', 'It may have server, fleetKey'],
    ['{"server":7}', '/server'],
    [`{"fleetKey":"beadle1.short"}`, 'can be read by others'],
  ])('refuse %s with what to write instead', (text, words) => {
    put('settings.json', text, 0o644);
    expect(() => readSettings(environment)).toThrow(words);
  });

  it.skipIf(process.platform === 'win32')(
    'refuse a file that others can change, and a key that others can read',
    () => {
      settings({ server: 'https://one.example' }, 0o664);
      expect(() => readSettings(environment)).toThrow('chmod go-w');
      settings({ fleetKeyFile: put('key', KEY, 0o640) });
      expect(() => readSettings(environment)).toThrow('chmod 600');
      settings({ fleetKeyFile: put('key', 'beadle1.short', 0o600) });
      expect(() => readSettings(environment)).toThrow('not complete');
    },
  );
});
