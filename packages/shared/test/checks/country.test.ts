import { describe, expect, it } from 'vitest';
import { judgeCountry } from '../../src/checks/country.ts';

describe('the country that a device appears to call from', () => {
  it('passes among those the rule names, and appears to be elsewhere outside of them', () => {
    expect(judgeCountry({ countries: ['GB', 'IE'] }, 'IE').verdict).toBe('pass');
    expect(judgeCountry({ countries: ['GB'] }, 'FR')).toEqual({ verdict: 'fail', observed: { appearsToBeIn: 'FR' } });
  });

  it('is unknown where the address is in no country, and asks nothing where the rule names none', () => {
    expect(judgeCountry({ countries: ['GB'] }, null)).toEqual({ verdict: 'unknown', reason: 'country-unknown' });
    expect(judgeCountry({}, null).verdict).toBe('pass');
  });
});
