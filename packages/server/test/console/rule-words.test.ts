import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { describe, expect, it } from 'vitest';
import { ruleInWords } from '../../src/console/rule-words.ts';

const rule = (given: Partial<Rule>): Rule => ({
  id: 'screen-lock',
  clause: '1',
  says: 'Words.',
  check: 'screen-lock',
  require: {},
  severity: 'low',
  ...given,
});
const line = (given: Partial<Rule>, term: string) =>
  ruleInWords(rule(given)).lines.find((one) => one.term === term)?.text;

describe('a rule in words', () => {
  it.each<[string, Partial<Rule>, string, string | undefined]>([
    [
      'durations by place',
      { require: { within: { onSite: 'PT15M', offSite: 'PT5M' } } },
      'Within',
      'on the council’s network 15 minutes, elsewhere 5 minutes',
    ],
    ['lists', { require: { wifi: ['wpa2', 'wpa3'] } }, 'Wifi', 'wpa2, wpa3'],
    ['an empty list', { require: { localAdministrators: [] } }, 'Local administrators', 'none'],
    ['numbers', { require: { localFilesAtMost: 20 } }, 'Local files at most', '20'],
    ['no grace', {}, 'Grace', 'none'],
    ['a grace of no time', { grace: 'PT0S' }, 'Grace', 'none'],
    ['a grace', { grace: 'P2D' }, 'Grace', '2 days'],
    [
      'a grace that counts connected time',
      { grace: 'PT8H', graceCounts: 'connected' },
      'Grace',
      '8 hours of time with contact',
    ],
    [
      'whom it covers',
      { covers: { kinds: ['laptop'], populations: ['councillor'], groups: ['A'], location: 'off-site' } },
      'Only for',
      'laptop; councillor; the group A; off the council’s network',
    ],
    [
      'nothing of it where it covers everything',
      { covers: { populations: ['all'], location: 'any' } },
      'Only for',
      undefined,
    ],
    ['whose it is', { duty: 'holder' }, 'To be put right by', 'the person who holds the device'],
  ])('tells %s', (_, given, term, expected) => expect(line(given, term)).toBe(expected));

  it('tells every rule that comes with Beadle without a code of the file', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../policies/dacorum.yaml'), 'utf8');
    const reading = readPolicy(text);
    if (!reading.ok) throw new Error('a bad policy');
    const words = reading.policy.rules.map((one) => JSON.stringify(ruleInWords(one))).join('\n');
    expect(words).not.toMatch(/\[object|undefined|"P\d|PT\d/);
  });
});
