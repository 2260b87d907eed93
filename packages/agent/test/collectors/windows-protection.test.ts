import type { FirewallProfile, Known, MalwareProduct } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firewallWindows } from '../../src/collectors/firewall/windows.ts';
import { malwareProtectionWindows } from '../../src/collectors/malware-protection/windows.ts';
import { readSecurityCenter } from '../../src/collectors/windows/security-center.ts';
import { factsOf, json, missing, printed, type Told } from './outputs.ts';

const now = Date.UTC(2026, 10, 20, 9);
const DEFENDER = '{D68DDC3A-831F-4FAE-9E44-DA132C1ACF46}';
const registered = (productState: unknown, rest: object = {}) => ({
  displayName: 'ESET Security',
  instanceGuid: '{23007AD3-69FE-687C-2629-D584AFFAF72B}',
  productState,
  timestamp: '2026-11-20T07:00:00Z',
  ...rest,
});
const defender = (productState: number) =>
  registered(productState, { displayName: 'Windows Defender', instanceGuid: DEFENDER });
const status = (rest: object = {}) => ({
  AMServiceEnabled: true,
  AntivirusEnabled: true,
  RealTimeProtectionEnabled: true,
  AMRunningMode: 'Normal',
  AntivirusSignatureAge: 0,
  AntivirusSignatureLastUpdated: '2026-11-20T04:00:00Z',
  IsTamperProtected: true,
  ...rest,
});
const stopped = printed('', { exitCode: 1, stderr: 'CimException 0x800106BA' });
const productsOf = (products: unknown, own: unknown): Known<MalwareProduct[]> =>
  factsOf<{ products: Known<MalwareProduct[]> }>(
    malwareProtectionWindows,
    { 'windows/antivirus-products': products, 'windows/defender': own },
    now,
  ).products;
const only = (products: unknown, own: unknown) => {
  const told = productsOf(products, own);
  return 'known' in told ? told.known : [];
};

describe('the state of a product in the Security Center', () => {
  it.each([
    [0x06_11_00, true, true],
    [0x06_10_10, true, false],
    [0x04_10_00, true, true],
    [0x05_10_00, true, true],
    [0x06_01_00, false, true],
    [0x04_00_10, false, false],
    [0x06_21_00, false, true],
    [0x04_30_10, false, false],
  ])('0x%s is read by its digits', (state, isOn, isUpToDate) => {
    expect(readSecurityCenter(json([registered(state)]))).toMatchObject({
      known: [{ isOn: { known: isOn }, isUpToDate: { known: isUpToDate } }],
    });
  });

  it.each([0, 0x06_40_00, 0x06_12_00, 0x11_06_10_00])('%i is not guessed at', (state) => {
    expect(readSecurityCenter(json([registered(state)]))).toMatchObject({
      known: [{ isOn: { unknown: 'not-understood' } }],
    });
  });

  it.each([[[registered('on')]], [[registered(-1)]], [[{}]], [null], ['on'], [[1]]])('is not in %j', (rows) => {
    expect(readSecurityCenter(json(rows))).toMatchObject({ unknown: 'not-understood' });
  });

  it('is one of the values that are known, or unknown, whatever the number', () => {
    fc.assert(
      fc.property(fc.nat(0xff_ff_ff), (state) => {
        const read = readSecurityCenter(json([registered(state)]));
        const isOn = 'known' in read ? read.known[0]?.isOn : undefined;
        const on = [0x10, 0x11].includes((state >> 8) & 0xff) && state >> 16 > 0;
        expect(isOn !== undefined && 'known' in isOn && isOn.known).toBe(on);
      }),
    );
  });
});

describe('Defender on Windows', () => {
  it('scans where every switch is on and it stands by for nobody', () => {
    expect(only([defender(397_568)], status())).toEqual([
      {
        name: 'Microsoft Defender',
        realTime: { known: true },
        signaturesAt: { known: Date.UTC(2026, 10, 20, 4) },
        upToDate: { unknown: 'not-told' },
      },
    ]);
  });

  it.each([
    ['a service that is off', { AMServiceEnabled: false }, { known: false }],
    ['an engine that is off', { AntivirusEnabled: false }, { known: false }],
    ['real-time protection that is off', { RealTimeProtectionEnabled: false }, { known: false }],
    ['passive mode', { AMRunningMode: 'Passive' }, { known: false }],
    ['passive mode, by its longer name', { AMRunningMode: 'SxS Passive Mode' }, { known: false }],
    ['blocking afterwards', { AMRunningMode: 'EDR Block Mode' }, { known: false }],
    ['not running', { AMRunningMode: 'Not running' }, { known: false }],
    ['a switch that was not told', { AntivirusEnabled: null }, { unknown: 'not-told' }],
    ['a mode that nobody knows', { AMRunningMode: 'Standby' }, { unknown: 'not-told' }],
    ['no mode, where the Security Center calls it on', { AMRunningMode: null }, { known: true }],
  ])('of %s is told as it is', (_what, rest, realTime) => {
    expect(only([defender(397_568)], status(rest))).toMatchObject([{ realTime }]);
  });

  it('without a mode and without the Security Center is not known to scan', () => {
    expect(only([], status({ AMRunningMode: null }))).toMatchObject([{ realTime: { unknown: 'not-told' } }]);
  });

  it.each([
    [{ AntivirusSignatureLastUpdated: '2026-02-15T00:00:00Z' }, { known: Date.UTC(2026, 1, 15) }],
    [{ AntivirusSignatureLastUpdated: null, AntivirusSignatureAge: 29 }, { known: now - 29 * 86_400_000 }],
    [{ AntivirusSignatureLastUpdated: '1601-01-01T00:00:00Z' }, { unknown: 'not-told' }],
    [{ AntivirusSignatureLastUpdated: '2027-01-01T00:00:00Z' }, { unknown: 'not-told' }],
    [{ AntivirusSignatureLastUpdated: null, AntivirusSignatureAge: 4_294_967_295 }, { unknown: 'not-told' }],
    [{ AntivirusSignatureLastUpdated: null, AntivirusSignatureAge: null }, { unknown: 'not-told' }],
  ])('has signatures of the day in %j', (rest, signaturesAt) => {
    expect(only([defender(397_568)], status(rest))).toMatchObject([{ signaturesAt }]);
  });

  it('that is stopped is off by the Security Center, and of its signatures only bad news is believed', () => {
    expect(only([defender(393_472)], stopped)).toMatchObject([
      { realTime: { known: false }, signaturesAt: { unknown: 'service-down' }, upToDate: { unknown: 'not-told' } },
    ]);
    expect(only([defender(393_488)], stopped)).toMatchObject([{ upToDate: { known: false } }]);
    // Nor is a Defender whose answer was lost on because it was so once.
    expect(only([defender(397_568)], missing)).toMatchObject([{ realTime: { unknown: 'source-missing' } }]);
  });
});

describe('another maker’s program', () => {
  it('takes Defender’s place, which is then asked nothing', () => {
    expect(only([defender(393_472), registered(266_240)], stopped)).toMatchObject([
      {
        name: 'ESET Security',
        realTime: { known: true },
        signaturesAt: { unknown: 'not-told' },
        upToDate: { known: true },
      },
    ]);
  });

  it('that has not told its state for months is believed in nothing good', () => {
    const old = { timestamp: '2026-06-01T00:00:00Z' };
    expect(only([registered(266_240, old)], stopped)).toMatchObject([
      {},
      { realTime: { unknown: 'stale' }, upToDate: { unknown: 'stale' } },
    ]);
    expect(only([registered(262_160, old)], stopped)).toMatchObject([
      {},
      { realTime: { known: false }, upToDate: { known: false } },
    ]);
  });

  it('may be there where the Security Center does not answer', () => {
    const denied = printed('', { exitCode: 1, stderr: 'CimException 0x80041003' });
    expect(only(denied, status())).toMatchObject([
      { realTime: { known: true } },
      { realTime: { unknown: 'access-denied' } },
    ]);
  });

  it('is none, and nothing is, where none is listed and Defender was taken out', () => {
    const gone = printed('', { exitCode: 1, stderr: 'CimException 0x80041010' });
    expect(productsOf([], gone)).toEqual({ known: [] });
    expect(productsOf([], missing)).toMatchObject({ known: [{ name: 'Microsoft Defender' }] });
  });
});

const profile = (Name: string, Enabled: unknown = 1, DefaultInboundAction: unknown = 4) => ({
  Name,
  Enabled,
  DefaultInboundAction,
});
const three = [profile('Domain'), profile('Private'), profile('Public')];
const profilesOf = (told: Told): Known<FirewallProfile[]> =>
  factsOf<{ profiles: Known<FirewallProfile[]> }>(firewallWindows, { 'windows/firewall-profiles': three, ...told })
    .profiles;
const publicOf = (row: object, told: Told = {}) => {
  const read = profilesOf({ ...told, 'windows/firewall-profiles': [...three.slice(0, 2), row] });
  return 'known' in read ? read.known.find(({ name }) => name === 'Public') : read;
};

describe('the firewall of Windows', () => {
  it.each([
    [1, 4, { known: true }, { known: 'block' }],
    [0, 2, { known: false }, { known: 'allow' }],
    [2, 0, { unknown: 'not-told' }, { unknown: 'not-told' }],
    [null, null, { unknown: 'not-understood' }, { unknown: 'not-understood' }],
    ['0x1', 'Block', { unknown: 'not-understood' }, { unknown: 'not-understood' }],
  ])('of the numbers %j and %j is read by what they mean', (enabled, inbound, isOn, action) => {
    expect(publicOf(profile('Public', enabled, inbound))).toMatchObject({ enabled: isOn, inbound: action });
  });

  it('has three profiles, of which one that was not told of is unknown', () => {
    expect(profilesOf({ 'windows/firewall-profiles': [profile('Domain')] })).toMatchObject({
      known: [
        { name: 'Public', enabled: { unknown: 'not-told' } },
        { name: 'Private', enabled: { unknown: 'not-told' } },
        { name: 'Domain', enabled: { known: true } },
      ],
    });
  });

  it.each([
    ['no rows', []],
    ['a name that Windows does not have', [profile('Öffentlich')]],
    ['one profile twice', [profile('Public', 0), profile('Public')]],
    ['rows that are none', [1]],
    ['nothing', null],
  ])('is not known from %s', (_what, rows) => {
    expect(profilesOf({ 'windows/firewall-profiles': rows })).toHaveProperty('unknown');
  });

  it('is in use where a connected network is of its category', () => {
    const on = (Profiles: unknown) => profilesOf({ 'windows/network': { Profiles } });
    expect(on([{ NetworkCategory: 2 }])).toMatchObject({
      known: [{ active: { known: false } }, { active: { known: false } }, { active: { known: true } }],
    });
    expect(on([])).toMatchObject({ known: [{ active: { unknown: 'not-told' } }, {}, {}] });
    expect(on([{ NetworkCategory: 7 }])).toMatchObject({ known: [{ active: { unknown: 'not-understood' } }, {}, {}] });
    expect(profilesOf({})).toMatchObject({ known: [{ active: { unknown: 'source-missing' } }, {}, {}] });
  });

  it('protects nothing while its service is stopped, and is unknown while that is not told', () => {
    const by = (services: unknown) => publicOf(profile('Public'), { 'windows/services': services });
    expect(by([{ Name: 'mpssvc', State: 'Running' }])).toMatchObject({ enabled: { known: true } });
    expect(by([{ Name: 'mpssvc', State: 'Stopped' }])).toMatchObject({ enabled: { known: false } });
    expect(by([{ Name: 'mpssvc', State: 'Stop Pending' }])).toMatchObject({ enabled: { unknown: 'not-told' } });
    expect(by([])).toMatchObject({ enabled: { unknown: 'not-told' } });
    expect(by('x')).toMatchObject({ enabled: { unknown: 'not-understood' } });
  });

  it('that is off is not known to leave the device open where another may have taken over', () => {
    const beside = (others: unknown) => publicOf(profile('Public', 0), { 'windows/firewall-products': others });
    expect(beside([])).toMatchObject({ enabled: { known: false } });
    expect(beside([registered(262_144)])).toMatchObject({ enabled: { known: false } });
    expect(beside([registered(266_240)])).toMatchObject({ enabled: { unknown: 'not-told' } });
    expect(beside(printed('', { exitCode: 1, stderr: '0x80041003' }))).toMatchObject({
      enabled: { unknown: 'access-denied' },
    });
    expect(beside(printed('', { exitCode: 1, stderr: '0x8004100E' }))).toMatchObject({ enabled: { known: false } });
  });
});
