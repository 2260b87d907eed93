import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskEncryption, type Volume } from '../../src/checks/disk-encryption.ts';
import { known, unknown } from '../../src/findings/verdict.ts';
import { DAY, NOON } from '../devices.ts';
import { inShort, judge } from './judging.ts';

const REQUIRE = { volumes: 'fixed', protection: 'on', suspendedAtMost: 'P1D', encryptingAtMost: 'P2D' } as const;
type State = 'on' | 'off' | 'suspended' | 'encrypting' | 'decrypting';
const volume = (state: State | undefined, more: Partial<Volume> = {}): Volume => ({
  name: 'C:',
  role: 'system',
  state: state === undefined ? unknown('locked') : known(state),
  method: 'XTS-AES-128',
  percent: null,
  ...more,
});
const facts = (...volumes: Volume[]) => ({ volumes: known(volumes) });

describe('disk encryption', () => {
  it.each<[string, Volume, Record<string, number>, string]>([
    ['is on', volume('on'), {}, 'C: pass'],
    ['is off', volume('off'), {}, 'C: fail'],
    ['is being undone', volume('decrypting'), {}, 'C: fail'],
    ['cannot be told', volume(undefined), {}, 'C: unknown (locked)'],
    ['has just been suspended', volume('suspended'), {}, 'C: pass'],
    ['was suspended a day ago', volume('suspended'), { 'C:/suspended': NOON - DAY }, 'C: pass'],
    ['was suspended longer ago', volume('suspended'), { 'C:/suspended': NOON - DAY - 1 }, 'C: fail'],
    ['has been under way for two days', volume('encrypting'), { 'C:/encrypting': NOON - 2 * DAY }, 'C: pass'],
    ['has been under way for longer', volume('encrypting'), { 'C:/encrypting': NOON - 2 * DAY - 1 }, 'C: fail'],
  ])('%s', (_, one, since, expected) => {
    expect(inShort(judge('disk-encryption', REQUIRE, facts(one), { since }))).toEqual([expected]);
  });

  it('has no time for suspension or encryption where the rule allows none', () => {
    const require = { protection: 'on' } as const;
    expect(inShort(judge('disk-encryption', require, facts(volume('suspended'))))).toEqual(['C: fail']);
    expect(inShort(judge('disk-encryption', require, facts(volume('encrypting'))))).toEqual(['C: fail']);
  });

  it('is judged for each volume by itself, and for the system alone where the rule says so', () => {
    const both = facts(volume('on'), volume('off', { name: 'D:', role: 'data' }));
    expect(inShort(judge('disk-encryption', REQUIRE, both))).toEqual(['C: pass', 'D: fail']);
    expect(inShort(judge('disk-encryption', { ...REQUIRE, volumes: 'system' }, both))).toEqual(['C: pass']);
  });

  it('is unknown where no volume is found, or none can be read', () => {
    expect(inShort(judge('disk-encryption', REQUIRE, facts()))).toEqual(['device unknown (not-understood)']);
    const denied = { volumes: unknown('access-denied', 'Access is denied. '.repeat(100)) };
    expect(inShort(judge('disk-encryption', REQUIRE, denied))).toEqual(['device unknown (access-denied)']);
  });

  it.each([
    ['XTS-AES-256', 'C: pass'],
    ['xts-aes-128', 'C: pass'],
    ['AES-128', 'C: fail'],
    [null, 'C: unknown (not-told)'],
  ])('by the method %s, where the rule names methods', (method, expected) => {
    const require = { ...REQUIRE, methods: ['XTS-AES-*', 'luks2'] };
    expect(inShort(judge('disk-encryption', require, facts(volume('on', { method }))))).toEqual([expected]);
  });

  it('demands nothing where the rule demands nothing', () => {
    expect(inShort(judge('disk-encryption', {}, facts(volume('off'))))).toEqual(['C: pass']);
  });

  it('that is overdue never passes by waiting', () => {
    const states = fc.constantFrom<State>('on', 'off', 'suspended', 'encrypting', 'decrypting');
    fc.assert(
      fc.property(states, fc.nat(10 * DAY), fc.nat(10 * DAY), (state, age, later) => {
        const since = { 'C:/suspended': NOON - age, 'C:/encrypting': NOON - age };
        const verdictAt = (now: number) =>
          judge('disk-encryption', REQUIRE, facts(volume(state)), { since, now })[0]?.verdict;
        fc.pre(verdictAt(NOON) === 'fail');
        expect(verdictAt(NOON + later)).toBe('fail');
      }),
    );
  });

  it('times suspension and encryption only', () => {
    expect(
      diskEncryption.timed(
        facts(volume('suspended'), volume('on', { name: 'D:' }), volume('encrypting', { name: 'E:' })),
      ),
    ).toEqual(['C:/suspended', 'E:/encrypting']);
  });
});
