import type { ConfigurationFacts, ScreenLockFacts } from '@beadle/shared';
import { describe, expect, it } from 'vitest';
import { configurationWindows } from '../../src/collectors/configuration/windows.ts';
import { networkWindows } from '../../src/collectors/network-place/windows.ts';
import { screenLockWindows } from '../../src/collectors/screen-lock/windows.ts';
import { factsOf, outputs } from './outputs.ts';

const layer = (ScreenSaveActive: unknown, ScreenSaverIsSecure: unknown, ScreenSaveTimeOut: unknown, saver = true) => ({
  ScreenSaveActive,
  ScreenSaverIsSecure,
  ScreenSaveTimeOut,
  ScreenSaver: saver,
});
const unset = layer(null, null, null, false);
const lock = (told: object) =>
  factsOf<ScreenLockFacts>(screenLockWindows, {
    'windows/screen-lock': {
      InactivityTimeoutSecs: null,
      MaxInactivityTimeDeviceLock: null,
      Policy: unset,
      User: unset,
      ...told,
    },
  });

describe('the screen lock of Windows', () => {
  it.each([
    ['a limit of the device', { InactivityTimeoutSecs: 900 }, 900, true],
    ['a limit as text', { InactivityTimeoutSecs: '900' }, 900, true],
    ['a device management, in minutes', { MaxInactivityTimeDeviceLock: 10 }, 600, true],
    ['both, of which the shorter holds', { InactivityTimeoutSecs: 900, MaxInactivityTimeDeviceLock: 10 }, 600, true],
    ['a limit of 0, which is none', { InactivityTimeoutSecs: 0, User: layer('1', '1', '300') }, 300, true],
    ['a policy above the person', { Policy: layer('1', '1', '600'), User: layer('0', '0', '5') }, 600, true],
    [
      'a policy’s time on the person’s saver',
      { Policy: layer(null, null, '600', false), User: layer('1', '1', '9') },
      600,
      true,
    ],
    ['a saver that asks for nothing', { User: layer('1', '0', '300') }, null, false],
    ['a saver of which nobody said that it asks', { User: layer('1', null, '300') }, null, false],
    ['the sooner of saver and device', { InactivityTimeoutSecs: 600, User: layer('1', '1', '300') }, 300, true],
    [
      'a saver that goes before the device locks',
      { InactivityTimeoutSecs: 600, User: layer('1', '0', '300') },
      600,
      false,
    ],
  ])('by %s', (_what, told, locksAfter, asks) => {
    expect(lock(told)).toEqual({ locksAfterSeconds: { known: locksAfter }, asksPassword: { known: asks } });
  });

  it.each([
    ['no saver is chosen', layer('1', '1', '300', false)],
    ['it is switched off', layer('0', '1', '300')],
    ['its time is 0', layer('1', '1', '0')],
    ['it has no time', layer('1', '1', null)],
    ['nothing was ever set', unset],
  ])('never comes where %s', (_what, User) => {
    expect(lock({ User })).toEqual({
      locksAfterSeconds: { known: null },
      asksPassword: { unknown: 'not-told', detail: 'nothing that runs asks for a password' },
    });
  });

  it('is what the device asks for where nobody is signed in, and else is not known', () => {
    const nobody = { Policy: null, User: null };
    expect(lock({ ...nobody, InactivityTimeoutSecs: 600 })).toEqual({
      locksAfterSeconds: { known: 600 },
      asksPassword: { known: true },
    });
    expect(lock(nobody)).toEqual({
      locksAfterSeconds: { unknown: 'nobody-signed-in' },
      asksPassword: { unknown: 'nobody-signed-in' },
    });
  });

  it.each([
    ['a time that is none', { User: layer('1', '1', 'bald') }],
    ['a negative time', { User: layer('1', '1', -1) }],
    ['a switch of another number', { User: layer('1', '2', '300') }],
    ['a limit that is none', { InactivityTimeoutSecs: {} }],
    ['settings of a person that are a text', { User: 'x' }],
    ['settings of a person that are missing', { User: undefined }],
  ])('is not known from %s', (_what, told) => {
    expect(lock(told)).toMatchObject({ locksAfterSeconds: { unknown: 'not-understood' } });
  });

  it('is not known where whether a saver is on is not told, unless the device locks', () => {
    expect(lock({ User: layer(null, '1', '300') })).toMatchObject({ locksAfterSeconds: { unknown: 'not-told' } });
    expect(lock({ InactivityTimeoutSecs: 600, User: layer(null, '1', '300') })).toMatchObject({
      locksAfterSeconds: { known: 600 },
    });
    expect(lock({ InactivityTimeoutSecs: undefined })).toMatchObject({ locksAfterSeconds: { unknown: 'not-told' } });
  });
});

const configured = (autorun: unknown, secureBoot: unknown = {}) =>
  factsOf<ConfigurationFacts>(configurationWindows, {
    'windows/autorun': autorun,
    'windows/secure-boot': secureBoot,
  });
const autorun = (mask: unknown, none: unknown, User?: unknown) => ({ NoDriveTypeAutoRun: mask, NoAutorun: none, User });

describe('auto-run on Windows', () => {
  it.each([
    ['every kind of drive', autorun(255, null), 'off'],
    ['more bits than there are kinds', autorun(0x3ff_ff_ff, null), 'off'],
    ['no commands', autorun(null, 1), 'off'],
    ['some kinds of drives', autorun(0x91, null), 'on'],
    ['commands that are carried out', autorun(null, 2), 'on'],
    ['nothing', autorun(null, null), 'on'],
    ['nothing, and the person’s', autorun(null, null, autorun(255, null)), 'off'],
    ['some kinds, above the person’s', autorun(0x91, null, autorun(255, null)), 'on'],
    [
      'nothing, and no AutoPlay for the person',
      autorun(null, null, { ...autorun(null, null), DisableAutoplay: 1 }),
      'off',
    ],
  ])('set for %s is %s', (_what, told, state) => {
    expect(configured(told).autorun).toEqual({ known: state });
  });

  it.each([
    ['a missing value', { NoAutorun: null }, 'not-understood'],
    ['a text', autorun('255', null), 'not-understood'],
    ['a list', [], 'not-understood'],
    ['nobody', autorun(null, null, null), 'nobody-signed-in'],
    ['a person’s that are none', autorun(null, null, 1), 'not-understood'],
  ])('is not known from %s', (_what, told, reason) => {
    expect(configured(told).autorun).toMatchObject({ unknown: reason });
  });
});

describe('Secure Boot on Windows', () => {
  it.each([
    [1, 2, { known: 'on' }],
    [1, null, { known: 'on' }],
    [0, 2, { known: 'off' }],
    [null, 1, { known: 'off' }],
    [null, 2, { unknown: 'not-told' }],
    [1, 1, { unknown: 'not-understood', detail: 'a BIOS that checks' }],
    [true, 2, { unknown: 'not-understood', detail: 'not the state of the firmware' }],
  ])('of %j with a firmware of kind %j', (enabled, firmware, state) => {
    expect(configured({}, { UEFISecureBootEnabled: enabled, PEFirmwareType: firmware }).secureBoot).toEqual(state);
  });
});

const wifi = {
  Name: 'Wi-Fi',
  InterfaceIndex: 9,
  InterfaceType: 71,
  Status: 'Up',
  Description: 'Intel(R) Wi-Fi 6E AX211',
};
const other = (rest: object) => ({ Name: 'Ethernet 2', InterfaceIndex: 21, InterfaceType: 6, Status: 'Up', ...rest });
const on = (index: number, NetworkCategory: unknown, InterfaceAlias = 'x') => ({
  InterfaceAlias,
  InterfaceIndex: index,
  NetworkCategory,
});
const place = (Profiles: unknown, Adapters: unknown = [wifi], PartOfDomain: unknown = true) =>
  networkWindows.onCouncilNetwork(outputs({ 'windows/network': { Profiles, Adapters, PartOfDomain } }));

describe('the council’s network on Windows', () => {
  it('is where the domain answers on an adapter of an office', () => {
    expect(place([on(9, 2)])).toEqual({ known: true });
    expect(place([{ InterfaceAlias: 'Wi-Fi', NetworkCategory: 2 }])).toEqual({ known: true });
    expect(place([on(9, 2)], [wifi], null)).toEqual({ known: true });
  });

  it.each([
    ['a private network', [on(9, 1)]],
    ['a public one', [on(9, 0)]],
    ['none at all', []],
  ])('is not %s', (_what, profiles) => {
    expect(place(profiles)).toEqual({ known: false });
  });

  it.each([
    { Description: 'Fortinet SSL VPN Virtual Ethernet Adapter' },
    { Description: 'Cisco AnyConnect Secure Mobility Client Virtual Miniport Adapter for Windows x64' },
    { Description: 'PANGP Virtual Ethernet Adapter Secure' },
    { Description: 'TAP-Windows Adapter V9' },
    { Description: 'Zscaler Network Adapter 1.0.2.0' },
    { Description: 'WAN Miniport (IKEv2)', InterfaceType: 23 },
    { Description: 'Teredo', InterfaceType: 131 },
    { Description: 'A userspace adapter', InterfaceType: 53 },
  ])('is not brought home by %j', (rest) => {
    expect(place([on(9, 1), on(21, 2)], [wifi, other(rest)])).toEqual({ known: false });
  });

  it.each([
    ['a virtual switch', other({ Description: 'Hyper-V Virtual Ethernet Adapter' })],
    ['a telephone’s connection', other({ Description: 'Bluetooth Device (Personal Area Network)' })],
    ['mobile broadband', other({ Description: 'Quectel EM120R', InterfaceType: 243 })],
    ['an adapter without a name', other({ Description: null })],
    ['an adapter that is down', other({ Description: 'Realtek PCIe GbE', Status: 'Down' })],
    ['an adapter that is no hardware', other({ Description: 'Unheard-of Adapter', HardwareInterface: false })],
    ['an adapter that is not listed', wifi],
  ])('is not known by %s', (_what, adapter) => {
    expect(place([on(21, 2)], [adapter])).toMatchObject({ unknown: 'not-told' });
  });

  it('is not known of a device that is in no domain, unless it is on no network at all', () => {
    expect(place([on(9, 1)], [wifi], false)).toMatchObject({ unknown: 'not-told' });
    expect(place([on(9, 1)], [wifi], null)).toMatchObject({ unknown: 'not-told' });
    expect(place([], [wifi], false)).toEqual({ known: false });
  });

  it.each([
    ['a category that Windows does not have', [on(9, 3)], [wifi]],
    ['a category in words', [on(9, 'DomainAuthenticated')], [wifi]],
    ['networks that are no list', 'none', [wifi]],
    ['adapters that are no list', [on(9, 2)], null],
  ])('is not known from %s', (_what, profiles, adapters) => {
    expect(place(profiles, adapters)).toMatchObject({ unknown: 'not-understood' });
  });
});
