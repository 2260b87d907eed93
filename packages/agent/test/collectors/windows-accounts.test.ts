import { type Account, checkNamed, isKnown } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountsWindows } from '../../src/collectors/accounts/windows.ts';
import { assetTagWindows } from '../../src/collectors/asset-tag/windows.ts';
import { errorsOf, factsOf, missing, outputs, printed } from './outputs.ts';

type Told<T> = { readonly known: T } | { readonly unknown: string };
interface Facts {
  readonly administrators: Told<readonly Account[]>;
  readonly guest: Told<'on' | 'off'>;
  readonly local: Told<readonly Account[]>;
}
const DEVICE = 'S-1-5-21-1-2-3';
const DOMAIN = 'S-1-5-21-4-5-6';
const first = { Name: 'LAPTOP-1\\Administrator', Sid: `${DEVICE}-500`, Disabled: true };
const guest = (Disabled: unknown) => ({ Name: 'LAPTOP-1\\Gast', Sid: `${DEVICE}-501`, Disabled });
const factsFor = (administrators: unknown, local: unknown = [first, guest(true)]): Facts =>
  factsOf<Facts>(accountsWindows, { 'windows/local-administrators': administrators, 'windows/local-accounts': local });

describe('administrators of Windows', () => {
  it('may be called by their name, without its domain, by their SID, and in English', () => {
    expect(factsFor([{ Name: 'COUNCIL\\Domänen-Admins', Sid: `${DOMAIN.toLowerCase()}-512` }]).administrators).toEqual({
      known: [{ name: 'COUNCIL\\Domänen-Admins', aliases: [`${DOMAIN}-512`, 'Domänen-Admins', 'Domain Admins'] }],
    });
    expect(factsFor([{ Name: 'LAPTOP-1\\chris', Sid: `${DEVICE}-500` }]).administrators).toEqual({
      known: [{ name: 'LAPTOP-1\\chris', aliases: [`${DEVICE}-500`, 'chris', 'Administrator'] }],
    });
  });

  it('go by their SID where Windows cannot tell whose it is', () => {
    const entra = 'S-1-12-1-1000000001-1000000002-1000000003-1000000004';
    expect(factsFor([{ Name: null, Sid: entra }]).administrators).toEqual({
      known: [{ name: entra, aliases: [entra] }],
    });
    expect(factsFor([{ Name: entra, Sid: entra }]).administrators).toEqual({
      known: [{ name: entra, aliases: [entra] }],
    });
  });

  it('cannot call themselves by somebody else’s SID', () => {
    const { administrators } = factsFor([{ Name: 'LAPTOP-1\\S-1-5-0-500', Sid: `${DEVICE}-1001` }]);
    expect(administrators).toEqual({ known: [{ name: 'LAPTOP-1\\S-1-5-0-500', aliases: [`${DEVICE}-1001`] }] });
    const bare = factsFor([{ Name: 'S-1-5-0-500', Sid: `${DEVICE}-1001` }]).administrators;
    expect(bare).toEqual({ known: [{ name: `${DEVICE}-1001`, aliases: [`${DEVICE}-1001`] }] });
  });

  it('are unknown where the list is empty, none, denied, or holds one without a SID', () => {
    expect(factsFor([]).administrators).toMatchObject({ unknown: 'not-told' });
    expect(factsFor('').administrators).toMatchObject({ unknown: 'not-understood' });
    expect(factsFor([first, { Name: 'x', Sid: 'S-1-5-*' }]).administrators).toMatchObject({
      unknown: 'not-understood',
    });
    expect(factsFor([{ Name: 'x' }]).administrators).toMatchObject({ unknown: 'not-understood' });
    const denied = printed('', { exitCode: 1, stderr: 'UnauthorizedAccess 0x80070005' });
    expect(factsFor(denied).administrators).toMatchObject({ unknown: 'access-denied' });
  });
});

describe('accounts of the device itself', () => {
  it('are those that somebody made, beside the first, which is always there under one name', () => {
    const all = [
      { ...first, Name: 'LAPTOP-1\\chris' },
      guest(true),
      { Name: 'LAPTOP-1\\dave', Sid: `${DEVICE}-1001`, Disabled: false },
    ];
    expect(factsFor([first], all).local).toMatchObject({
      known: [{ name: `${DEVICE}-500` }, { name: 'LAPTOP-1\\dave' }],
    });
    expect(factsFor([first], [guest(true)]).local).toMatchObject({ unknown: 'not-understood' });
    expect(factsFor([first], missing).local).toEqual({ unknown: 'source-missing' });
  });

  it('that come later are noticed, even as the first that somebody makes', () => {
    const { local } = factsFor([first]);
    const appeared = checkNamed('accounts')?.appeared;
    const before = 'known' in local ? local.known.map(({ name }) => `local/${name}`) : [];
    const { local: after, ...rest } = factsFor(
      [first],
      [first, guest(true), { Name: 'LAPTOP-1\\dave', Sid: `${DEVICE}-1001` }],
    );
    expect(appeared?.({ ...rest, local: after }, (condition) => !before.includes(condition), 0)).toMatchObject([
      { account: { name: 'LAPTOP-1\\dave' } },
    ]);
  });

  it('let a guest in only where it is switched on, and do not tell where it is not told', () => {
    expect(factsFor([first], [first, guest(true)]).guest).toEqual({ known: 'off' });
    expect(factsFor([first], [first, guest(false)]).guest).toEqual({ known: 'on' });
    expect(factsFor([first], [first, guest(null)]).guest).toMatchObject({ unknown: 'not-told' });
    expect(factsFor([first], [first]).guest).toMatchObject({ unknown: 'not-told' });
  });
});

describe('whatever is printed of accounts', () => {
  it('the facts are of their form', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(first.Sid, 'S-1-5-18', '\\', 'x'.repeat(700), `A\\${'y'.repeat(700)}`, null),
    );
    const rows = fc.array(fc.record({ Name: text, Sid: text, Disabled: fc.oneof(fc.boolean(), text) }), {
      maxLength: 3,
    });
    const anything = fc.oneof(rows, fc.jsonValue());
    fc.assert(
      fc.property(anything, anything, (administrators, local) => {
        const told = outputs({ 'windows/local-administrators': administrators, 'windows/local-accounts': local });
        const { facts } = accountsWindows.collect(told, 0);
        expect(errorsOf(checkNamed('accounts')?.facts, isKnown(facts) ? facts.known : undefined)).toEqual([]);
      }),
    );
  });
});

describe('the asset tag of a machine with Windows', () => {
  const tagOf = (enclosure: unknown) =>
    factsOf<{ assetTag: Told<string | null>; serialNumber: Told<string | null> }>(assetTagWindows, {
      'windows/enclosure': enclosure,
    });

  it('and its serial number are null where the maker left a placeholder', () => {
    expect(tagOf({ SerialNumber: ' INV1 ', SMBIOSAssetTag: 'No Asset Tag' })).toEqual({
      assetTag: { known: null },
      serialNumber: { known: 'INV1' },
    });
    expect(tagOf({ SerialNumber: null, SMBIOSAssetTag: 'DBC-1' })).toMatchObject({ serialNumber: { known: null } });
    expect(tagOf({ SerialNumber: 'BSN12345678901234567', SMBIOSAssetTag: '' })).toEqual({
      assetTag: { known: null },
      serialNumber: { known: null },
    });
  });

  it('are unknown where they are missing, or no text', () => {
    expect(tagOf({ SerialNumber: 7 })).toMatchObject({
      assetTag: { unknown: 'not-understood' },
      serialNumber: { unknown: 'not-understood' },
    });
    expect(tagOf([])).toMatchObject({ serialNumber: { unknown: 'not-understood' } });
    expect(tagOf(missing)).toMatchObject({ serialNumber: { unknown: 'source-missing' } });
  });
});
