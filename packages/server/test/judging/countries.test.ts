import { describe, expect, it } from 'vitest';
import { createCountries } from '../../src/judging/countries.ts';
import { fakeClock } from '../app/harness.ts';

const warned: string[] = [];
const log = { warn: (_about: object, message: string) => void warned.push(message) };
const countries = (file: string | null = null, start = '2026-11-01T00:00:00Z') =>
  createCountries({ file, clock: fakeClock(start), log: log as never });

describe('the country of an address', () => {
  const of = countries();

  it.each([
    ['81.2.69.142', 'GB'],
    ['::ffff:81.2.69.142', 'GB'],
    ['2a00:23c4::1', 'GB'],
    ['8.8.8.8', 'US'],
  ])('%s is in %s', (address, country) => expect(of(address)).toBe(country));

  // The database gives some of these a country.
  it.each([
    '10.1.2.3',
    '192.168.1.1',
    '172.16.0.1',
    '127.0.0.1',
    '100.64.0.1',
    '169.254.1.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '2001:db8::1',
    '::ffff:192.168.1.1',
    '',
    'unknown',
    '81.2.69.142, 8.8.8.8',
  ])('%j is in none', (address) => expect(of(address)).toBeNull());

  it('is not known where the file is too old, or is none, and that is said once', () => {
    warned.length = 0;
    const old = countries(null, '2028-01-01T00:00:00Z');
    expect([old('81.2.69.142'), old('81.2.69.142')]).toEqual([null, null]);
    const none = countries('/nowhere/countries.mmdb');
    expect([none('81.2.69.142'), none('8.8.8.8')]).toEqual([null, null]);
    expect(warned).toEqual([
      'the countries of addresses are too old to rely on: set countriesFile to a newer file',
      'the countries of addresses could not be read: set countriesFile to a MaxMind DB file',
    ]);
  });
});
