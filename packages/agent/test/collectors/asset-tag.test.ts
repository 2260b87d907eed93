import { describe, expect, it } from 'vitest';
import { assetTagLinux } from '../../src/collectors/asset-tag/linux.ts';
import { factsOf } from './outputs.ts';

const facts = (enclosure: unknown) => factsOf(assetTagLinux, { 'linux/enclosure': enclosure });

describe('serial number and asset tag on Linux', () => {
  it('are what the firmware says, without blanks', () => {
    expect(facts({ AssetTag: 'DBC-04127 ', ProductSerial: ' 5CG0INVENT', ChassisType: 10 })).toEqual({
      assetTag: { known: 'DBC-04127' },
      serialNumber: { known: '5CG0INVENT' },
    });
  });

  it.each([
    'No Asset Tag',
    'Default string',
    'To be filled by O.E.M.',
    'Not Specified',
    'None',
    'No Enclosure',
    'BSN12345678901234567',
    '0000000',
    '0',
    '   ',
    '',
    'NULL',
    '<BAD INDEX>',
  ])('are none where the maker left %j', (text) => {
    expect(facts({ AssetTag: text, ProductSerial: text })).toEqual({
      assetTag: { known: null },
      serialNumber: { known: null },
    });
  });

  it('are unknown where they may not be read, and none where they are empty', () => {
    expect(facts({ AssetTag: null })).toEqual({
      assetTag: { known: null },
      serialNumber: { unknown: 'access-denied' },
    });
  });

  it.each([undefined, '[]', '7', '{'])('are unknown from %j', (output) => {
    expect(facts(output)).toMatchObject({ serialNumber: { unknown: expect.any(String) } });
  });
});
