import { describe, expect, it } from 'vitest';
import { known, unknown } from '../../src/findings/verdict.ts';
import { laptop } from '../devices.ts';
import { inShort, judge } from './judging.ts';

const REQUIRE = { matchRegister: 'required' };
const told = (serialNumber: string | null, assetTag: string | null = null) => ({
  serialNumber: known(serialNumber),
  assetTag: known(assetTag),
});

describe('the asset tag', () => {
  it.each<[string, object, typeof laptop, string]>([
    ['fits by the serial number', told('PF3A1B2C'), laptop, 'pass'],
    ['fits however it is written', told(' pf3a1b2c '), laptop, 'pass'],
    ['does not fit by the serial number', told('OTHER'), laptop, 'fail'],
    ['fits by the serial number whatever the firmware calls the tag', told('PF3A1B2C', 'OTHER'), laptop, 'pass'],
    ['does not fit by the serial number even with the tag in firmware', told('OTHER', 'DBC-04127'), laptop, 'fail'],
    ['fits by the firmware where there is no serial number', told(null, 'dbc-04127'), laptop, 'pass'],
    ['does not fit by the firmware either', told(null, 'OTHER'), laptop, 'fail'],
    ['has nothing to be compared with', told(null), laptop, 'unknown (nothing-to-compare)'],
    ['is in no register', told('PF3A1B2C', 'DBC-04127'), { ...laptop, register: null }, 'unknown (nothing-to-compare)'],
    [
      'is in a register without serial number and tag',
      told('A', 'B'),
      { ...laptop, register: { assetTag: null, serialNumber: null } },
      'unknown (nothing-to-compare)',
    ],
    [
      'cannot be read',
      { serialNumber: unknown('access-denied'), assetTag: unknown('source-missing') },
      laptop,
      'unknown (access-denied)',
    ],
  ])('%s', (_, facts, device, expected) => {
    expect(inShort(judge('asset-tag', REQUIRE, facts, { device }))).toEqual([`device ${expected}`]);
  });

  it('is not compared where the rule does not ask for it', () => {
    expect(inShort(judge('asset-tag', {}, told('OTHER')))).toEqual(['device pass']);
  });
});
