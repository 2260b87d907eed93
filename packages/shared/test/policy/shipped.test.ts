import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Compile } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchema } from '../../../../scripts/policy-schema.ts';
import { coverageOfPolicy } from '../../src/policy/coverage.ts';
import { policyText, shipped, SHIPPED } from './policies.ts';

/** The texts that the policies are made from, where copies of them lie beside this checkout. */
const texts = join(import.meta.dirname, '../../../../../shared/seeds');
const flat = (text: string) => text.replaceAll(/[\s\uF0B7]+/g, ' ').trim();
const SEEDS = { dacorum: '001', west: '002', cpni: '000' } as const;
const fileOf = (name: keyof typeof SEEDS) => globSync(`${SEEDS[name]}_*.txt`, { cwd: texts })[0];
const written = (name: keyof typeof SEEDS) => readFileSync(join(texts, fileOf(name) ?? ''), 'utf8');

it('five policies come with Beadle', () => {
  expect(SHIPPED).toEqual(['cpni', 'cyber-essentials', 'dacorum', 'ncsc-encrypted-media', 'west']);
});

describe.each(SHIPPED)('%s', (name) => {
  const policy = shipped(name);
  const on = policy.rules.filter(({ mode }) => mode !== 'off');

  it('fits the published schema, which its first line names', () => {
    expect(policyText(name).split('\n')[0]).toBe('# yaml-language-server: $schema=./policy.schema.json');
    expect(Compile(JSON.parse(policySchema())).Check(parse(policyText(name)))).toBe(true);
  });

  it('starts in observe', () => expect([...new Set(on.map(({ mode }) => mode))]).toEqual(['observe']));

  it('says what to do wherever a rule is on', () => {
    expect(on.filter(({ remedy = '' }) => remedy.length < 40).map(({ id }) => id)).toEqual([]);
  });

  it('accounts for each clause once, and says what is open', () => {
    const coverage = coverageOfPolicy(policy);
    expect(new Set(coverage.map(({ clause }) => clause)).size).toBe(coverage.length);
    expect(coverage.filter(({ how, note }) => /part|later/.test(how) && note === null)).toEqual([]);
    const named = [...policy.rules, ...(policy.clauses ?? [])].map(({ clause }) => clause);
    expect(coverage.map(({ clause }) => clause).toSorted()).toEqual([...new Set(named)].toSorted());
  });

  it('gives every duration a source or calls it a default', () => {
    const bare = policyText(name)
      .split('\n')
      .map((line, index) => ({ line, before: policyText(name).split('\n')[index - 1] ?? '' }))
      .filter(({ line }) => /: \{?.*\bP(T?\d)/.test(line) && !/PT0S/.test(line))
      .filter(({ line, before }) => !line.includes('#') && !/#/.test(before))
      .map(({ line }) => line.trim());
    // These stand under a comment that speaks for several lines.
    const spoken = [
      /^(critical|high|unknown): P14D/,
      /^require: \{ officeVisitAtMost/,
      /^require: \{ within: PT10M, onResume/,
    ];
    expect(bare.filter((line) => !spoken.some((pattern) => pattern.test(line)))).toEqual([]);
  });
});

describe.each(Object.keys(SEEDS) as (keyof typeof SEEDS)[])('%s beside the words it is made from', (name) => {
  it.skipIf(fileOf(name) === undefined)('quotes each clause exactly (a copy of the text is needed)', () => {
    const text = flat(written(name));
    const policy = shipped(name);
    const wrong = [...policy.rules, ...(policy.clauses ?? [])].filter(({ says }) => !text.includes(flat(says)));
    expect(wrong.map(({ clause, says }) => [clause, says])).toEqual([]);
  });
});

it.skipIf(fileOf('west') === undefined)(
  'west accounts for every numbered clause (a copy of the text is needed)',
  () => {
    const numbered = [...written('west').matchAll(/^ ?(\d\.\d+(?:\.\d+)?)\.? /gm)].map((match) => match[1] ?? '');
    const clauses = coverageOfPolicy(shipped('west')).map(({ clause }) => clause);
    const accounted = (number: string) => clauses.some((one) => one === number || one.startsWith(number));
    expect(numbered.length).toBeGreaterThan(30);
    expect(numbered.filter((number) => !accounted(number))).toEqual([]);
  },
);

describe('the figures that a source gives', () => {
  const requireOf = (name: string, id: string) => shipped(name).rules.find((rule) => rule.id === id)?.require;
  it.each([
    [
      '14 days of Cyber Essentials',
      'cyber-essentials',
      'security-updates',
      { installWithin: { critical: 'P14D', high: 'P14D', unknown: 'P14D' } },
    ],
    ['a firewall on every profile', 'cyber-essentials', 'firewall', { profiles: 'all', inbound: 'block' }],
    ['automatic start off', 'cyber-essentials', 'autorun', { autorun: 'off' }],
    ['encrypted media of the NCSC', 'ncsc-encrypted-media', 'removable-drives', { allow: 'encrypted' }],
    ['sticks of WeST', 'west', 'unencrypted-sticks', { allow: 'encrypted' }],
    ['printing at home of WeST', 'west', 'home-printing', { homePrinting: 'declare' }],
    ['the United Kingdom of CPNI', 'cpni', 'overseas', { countries: ['GB'] }],
  ])('%s', (_, name, id, expected) => expect(requireOf(name, id)).toMatchObject(expected));

  it('leave medium and low updates without a limit, which the scheme only recommends', () => {
    const { installWithin } = requireOf('cyber-essentials', 'security-updates') as { installWithin: object };
    expect(Object.keys(installWithin)).toEqual(['critical', 'high', 'unknown']);
  });

  it('tell WeST’s line manager first, and Dacorum’s Information Security Team Leader', () => {
    expect(SHIPPED.map((name) => [name, shipped(name).reportTo])).toEqual([
      ['cpni', 'information-security-team-leader'],
      ['cyber-essentials', 'information-security-team-leader'],
      ['dacorum', 'information-security-team-leader'],
      ['ncsc-encrypted-media', 'information-security-team-leader'],
      ['west', 'line-manager'],
    ]);
  });
});
