import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { readClaims } from '../../src/people/oidc/claims.ts';

const wanted = {
  nameClaim: 'preferred_username',
  groupsClaim: 'groups',
  roles: [
    ['Officers', 'information-security-team-leader'],
    ['Staff', 'worker'],
  ] as const satisfies readonly (readonly [string, CallerRole])[],
  otherwise: null,
};
const ann = { preferred_username: 'ann' };

describe('the claims of somebody', () => {
  it.each([
    [['Staff', 'Officers'], 'information-security-team-leader'],
    [['Staff', 'Others'], 'worker'],
    ['Staff', 'worker'],
  ])('give the first role of the settings whose group they are in: %j', (groups, role) => {
    expect(readClaims({ ...ann, groups }, wanted)).toMatchObject({ account: 'ann', role });
  });

  it.each([[undefined], [[]], [['staff']], [['Officers ']]])('give none where no group fits exactly: %j', (groups) => {
    expect(readClaims({ ...ann, groups }, wanted)).toMatchObject({ refusal: 'no-role', account: 'ann' });
    expect(readClaims({ ...ann, groups }, { ...wanted, otherwise: 'worker' })).toMatchObject({ role: 'worker' });
  });

  it.each([
    [{ _claim_names: { groups: 'src1' } }],
    [{ hasgroups: true }],
    [{ groups: ['Staff', 7] }],
    [{ groups: { Staff: true } }],
    [{ groups: 7 }],
  ])('give no role at all, nor the one of everybody, where groups are not told: %j', (more) => {
    expect(readClaims({ ...ann, ...more }, { ...wanted, otherwise: 'worker' })).toEqual({
      refusal: 'groups-not-told',
      account: 'ann',
    });
  });

  it.each([[undefined], [''], [' ann'], ['a\nb'], ['x'.repeat(101)], [7], [null], [['ann']]])(
    'are refused with a name that is none: %j',
    (name) => {
      expect(readClaims({ preferred_username: name, groups: ['Staff'] }, wanted)).toMatchObject({ refusal: 'no-name' });
    },
  );

  it('never give a role of a group that is not among theirs, whatever is in them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.anything(), (claims, groups) => {
        const found = readClaims({ ...claims, groups }, wanted);
        const has = groups === 'Staff' || (Array.isArray(groups) && groups.includes('Staff'));
        const leads = groups === 'Officers' || (Array.isArray(groups) && groups.includes('Officers'));
        expect('refusal' in found || has || leads).toBe(true);
      }),
    );
  });
});
