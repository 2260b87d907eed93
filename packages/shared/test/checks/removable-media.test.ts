import { describe, expect, it } from 'vitest';
import { type Arrival, type Medium, removableMedia } from '../../src/checks/removable-media.ts';
import { known, unknown } from '../../src/findings/verdict.ts';
import { iso } from '../../src/ports.ts';
import { laptop, NOON } from '../devices.ts';
import { inShort, judge } from './judging.ts';

const stick: Medium = {
  subject: 'AA04012700008',
  serial: 'AA04012700008',
  kind: 'storage',
  model: 'DataTraveler',
  bytes: 8e9,
  encrypted: known(false),
};
const arrival = (medium: Medium): Arrival => ({ at: iso(NOON - 5000), medium });
const empty = { present: known([]) };
const registered = (encryptsInHardware: boolean) => ({
  ...laptop,
  registeredSticks: [{ serial: 'aa04012700008 ', encryptsInHardware }],
});

describe('a stick that is plugged in', () => {
  const encrypted = { ...stick, encrypted: known(true) };
  const untold = { ...stick, encrypted: unknown('locked') };
  const noRegister = { ...laptop, registeredSticks: null };

  it.each<['none' | 'encrypted' | 'registered' | 'registered-and-encrypted' | 'any', Medium, typeof laptop, string]>([
    ['none', stick, laptop, 'fail'],
    ['none', encrypted, registered(true), 'fail'],
    ['any', stick, laptop, 'pass'],
    ['encrypted', stick, laptop, 'fail'],
    ['encrypted', encrypted, laptop, 'pass'],
    ['encrypted', untold, laptop, 'unknown (locked)'],
    ['encrypted', untold, registered(true), 'pass'],
    ['registered', stick, laptop, 'fail'],
    ['registered', stick, registered(false), 'pass'],
    ['registered', stick, noRegister, 'unknown (nothing-to-compare)'],
    ['registered', { ...stick, serial: null }, registered(false), 'fail'],
    ['registered-and-encrypted', stick, registered(false), 'fail'],
    ['registered-and-encrypted', stick, registered(true), 'pass'],
    ['registered-and-encrypted', encrypted, laptop, 'fail'],
    ['registered-and-encrypted', untold, registered(false), 'unknown (locked)'],
    ['registered-and-encrypted', untold, laptop, 'fail'],
  ])('where the rule allows %s', (allow, medium, device, expected) => {
    const judged = judge('removable-media', { allow }, empty, { events: [arrival(medium)], device });
    expect(inShort(judged)).toEqual([`event ${stick.subject} ${expected}`]);
    expect(judged[0]?.at).toBe(NOON - 5000);
  });

  it('is told of even where the sockets can no longer be read', () => {
    const judged = judge(
      'removable-media',
      { allow: 'none' },
      { present: unknown('source-failed') },
      { events: [arrival(stick)] },
    );
    expect(inShort(judged)).toEqual(['device unknown (source-failed)', `event ${stick.subject} fail`]);
  });
});

describe('a telephone', () => {
  const phone: Medium = { ...stick, kind: 'phone' };
  it('is nobody’s business unless the rule says so', () => {
    const events = [arrival(phone)];
    expect(inShort(judge('removable-media', { allow: 'none' }, empty, { events }))).toEqual(['device pass']);
    const deny = judge('removable-media', { allow: 'none', phones: 'deny' }, empty, { events });
    expect(inShort(deny)).toEqual([`event ${stick.subject} fail`]);
  });
});

describe('the sockets', () => {
  it('pass where they can be read and hold nothing', () => {
    expect(inShort(judge('removable-media', { allow: 'none' }, empty))).toEqual(['device pass']);
  });

  it('say nothing of a stick that has already been told of', () => {
    expect(judge('removable-media', { allow: 'none' }, { present: known([stick]) })).toEqual([]);
  });

  it('are unknown where they cannot be read', () => {
    const judged = judge('removable-media', { allow: 'none' }, { present: unknown('access-denied') });
    expect(inShort(judged)).toEqual(['device unknown (access-denied)']);
  });

  it('tell of a stick once, when it appears', () => {
    const facts = { present: known([stick]) };
    expect(removableMedia.appeared?.(facts, () => true, NOON)).toEqual([{ at: iso(NOON), medium: stick }]);
    expect(removableMedia.appeared?.(facts, () => false, NOON)).toEqual([]);
    expect(removableMedia.appeared?.({ present: unknown('stale') }, () => true, NOON)).toEqual([]);
    expect(removableMedia.timed(facts)).toEqual([stick.subject]);
    expect(removableMedia.identify?.(arrival(stick))).toMatchObject({ key: stick.subject, at: NOON - 5000 });
  });
});
