import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicJwkOf } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyFolderOf, loadIdentity, makeDeviceKey, saveIdentity } from '../../src/identity/identity.ts';

let data: string;
beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'beadle-identity-'))));
afterEach(() => rmSync(data, { recursive: true }));

const save = () => {
  const serverKey = publicJwkOf(makeDeviceKey());
  const enrolment = {
    device: 'd',
    assetTag: 'DBC-1',
    generation: 1,
    organisation: 'Council',
    server: 'http://127.0.0.1:1',
    serverKey,
    protocol: 1,
    enrolledAt: '2026-11-23T09:00:00.000Z',
  };
  saveIdentity(data, makeDeviceKey(), enrolment);
  return enrolment;
};

describe('the identity of a device', () => {
  it('is not there before enrolment, and is what was kept after', () => {
    expect(loadIdentity(data)).toBeUndefined();
    const enrolment = save();
    expect(loadIdentity(data)?.enrolment).toEqual(enrolment);
  });

  it('keeps its key on Windows in a folder of its own, by whose permissions it is closed to the holder', () => {
    expect(keyFolderOf('data', 'win32')).toBe(join('data', 'key'));
    expect(keyFolderOf('data', 'linux')).toBe(join('data', 'identity'));
  });

  it('keeps its key for its own user only, and refuses one that others can read', () => {
    save();
    const key = join(data, 'identity/device-key.pem');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    chmodSync(key, 0o644);
    expect(() => loadIdentity(data)).toThrow('chmod 600');
  });

  it('says what to do where its files are damaged', () => {
    save();
    writeFileSync(join(data, 'identity/enrolment.json'), '{"device":');
    expect(() => loadIdentity(data)).toThrow('enrol this device again');
  });
});
