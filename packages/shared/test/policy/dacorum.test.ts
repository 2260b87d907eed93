import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVER_JUDGED } from '../../src/checks/later.ts';
import { CHECKS, checkNamed } from '../../src/checks/registry.ts';
import { coverageOfPolicy } from '../../src/policy/coverage.ts';
import { dacorum, dacorumText } from './policies.ts';

const policy = dacorum();
const rule = (id: string) => policy.rules.find((one) => one.id === id);

/** The council's own text, where a copy of it lies beside this checkout. */
const texts = join(import.meta.dirname, '../../../../../shared/seeds');
const [file] = globSync('001_*.txt', { cwd: texts });
const written = file === undefined ? undefined : readFileSync(join(texts, file), 'utf8').replaceAll(/[^\S\n]+/g, ' ');

describe('the policy of Dacorum', () => {
  it('names its schema for editors on its first line', () => {
    expect(dacorumText.split('\n')[0]).toBe('# yaml-language-server: $schema=./policy.schema.json');
  });

  it('is reviewed within 12 months, and reported to the Information Security Team Leader', () => {
    expect(policy).toMatchObject({
      organisation: 'Dacorum Borough Council',
      version: '2026.1',
      effectiveFrom: '2026-11-01',
      reviewBy: '2027-11-01',
      reportTo: 'information-security-team-leader',
    });
  });

  it('starts every rule in observe, but for what its text does not require, which is off', () => {
    const others = policy.rules.filter((one) => one.mode !== 'observe').map((one) => [one.clause, one.mode]);
    expect(others).toEqual(
      expect.arrayContaining([
        ['5.23', 'off'],
        ['5.1', 'off'],
      ]),
    );
    expect(others.map(([, mode]) => mode)).toEqual(others.map(() => 'off'));
  });

  it('has a rule for every check that can be made', () => {
    const able = policy.rules.filter((one) => one.mode !== 'off').map((one) => one.check);
    expect(able.filter((check) => checkNamed(check) === undefined && !SERVER_JUDGED.includes(check))).toEqual([]);
    const named: readonly string[] = policy.rules.map((one) => one.check);
    expect(CHECKS.map(({ name }) => name).filter((name) => !named.includes(name))).toEqual([]);
  });

  it('puts what ICT must mend on ICT, and what a person does on the holder', () => {
    const holders = policy.rules.filter((one) => one.duty === 'holder' && one.mode !== 'off').map((one) => one.id);
    expect(holders).toEqual(['memory-sticks', 'home-printing']);
  });

  it.each([
    ['laptop-encryption', { severity: 'critical', clause: '5.9', duty: 'ict' }],
    ['memory-sticks', { severity: 'high', clause: '5.9', require: { allow: 'none' } }],
    ['home-printing', { severity: 'high', clause: '5.14', require: { homePrinting: 'deny' } }],
    ['security-updates', { severity: 'high', require: { supportedSystem: 'required', restartWithin: 'P7D' } }],
    ['asset-tag', { severity: 'medium', clause: '5.6' }],
    ['malware-protection', { severity: 'high', clause: '5.5', graceCounts: 'connected' }],
    ['local-administrators', { severity: 'high', clause: '5.4', duty: 'ict' }],
    ['accounts-of-others', { clause: '5.12', require: { guest: 'off', newLocalAccounts: 'deny' } }],
    ['screen-lock', { mode: 'off' }],
  ])('says of %s what the clause asks', (id, expected) => {
    expect(rule(id)).toMatchObject(expected);
  });

  it('excuses a stick for the emergency plan only while it is encrypted, and home printing by an assistant director', () => {
    expect(rule('memory-sticks')?.exemptions).toMatchObject([{ kind: 'emergency-plan-stick', encryptedOnly: true }]);
    expect(rule('home-printing')?.exemptions).toMatchObject([
      { kind: 'incident-printing', approver: 'assistant-director' },
      { kind: 'paper-at-home', approver: 'assistant-director' },
    ]);
  });

  it('tells a person what to do wherever a rule is on', () => {
    const silent = policy.rules.filter((one) => one.mode !== 'off' && (one.remedy ?? '').length < 40);
    expect(silent).toEqual([]);
  });

  it('names each clause once, and the open part of a clause that rules keep', () => {
    const named = (policy.clauses ?? []).map((one) => one.clause);
    expect(new Set(named).size).toBe(named.length);
    const both = (policy.clauses ?? []).filter((one) => policy.rules.some((other) => other.clause === one.clause));
    expect(both.map((one) => one.served)).toEqual(both.map(() => 'part'));
  });

  it('says what is open wherever a clause waits or is kept in part', () => {
    const silent = (policy.clauses ?? []).filter((one) => /later|part/.test(one.served) && one.note === undefined);
    expect(silent).toEqual([]);
  });
});

describe.skipIf(written === undefined)(
  'the policy of Dacorum beside the words of the council (a copy of them is needed)',
  () => {
    const flat = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

    it('accounts for every numbered clause', () => {
      const numbered = [...(written ?? '').matchAll(/^ ?(\d\.\d+(?:\.\d+)?)\. /gm)].map((match) => match[1] ?? '');
      expect(numbered).toHaveLength(55);
      const accounted = coverageOfPolicy(policy).map((one) => one.clause);
      expect(accounted).toEqual(['1', '2', ...numbered, 'Appendix 1']);
    });

    it.each([...policy.rules, ...(policy.clauses ?? [])])('quotes clause $clause exactly', ({ says }) => {
      expect(flat(written ?? '')).toContain(flat(says));
    });
  },
);
