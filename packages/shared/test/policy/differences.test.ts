import { describe, expect, it } from 'vitest';
import { known } from '../../src/findings/verdict.ts';
import { coverageOfPolicy } from '../../src/policy/coverage.ts';
import { laptop } from '../devices.ts';
import { administrator, outcome, printed, type Seen, stick } from './facts.ts';
import { shipped } from './policies.ts';

const NAMES = ['dacorum', 'west', 'cpni'] as const;
const atHome = { ...laptop, onCouncilNetwork: known(false) };
const SILENT: string[] = [];

describe('the same facts under three policies', () => {
  it.each<[string, Seen, string[], string[], string[]]>([
    [
      'a stick that is not encrypted',
      { observations: stick() },
      ['memory-sticks fail high'],
      ['unencrypted-sticks fail high'],
      SILENT,
    ],
    [
      'a stick that is encrypted',
      { observations: stick({ encrypted: true }) },
      ['memory-sticks fail high'],
      ['unencrypted-sticks pass'],
      SILENT,
    ],
    [
      'a page on a printer at home',
      { observations: printed(), device: atHome },
      ['home-printing pass', 'home-printing fail high'],
      ['home-printing fail low'], // to be declared: what was on it only a person can say
      SILENT,
    ],
    [
      // Private use is reasonable at WeST; at Dacorum nobody changes the configuration.
      'a person who administers their own laptop',
      { observations: administrator('sam') },
      ['local-administrators fail high', 'accounts-of-others pass'],
      ['other-people pass'],
      SILENT,
    ],
  ])('%s', (_, seen, ...expected) => {
    expect(NAMES.map((name) => outcome(shipped(name), seen))).toEqual(expected);
  });

  it('a country abroad is judged by CPNI alone', () => {
    const rules = NAMES.map((name) =>
      shipped(name).rules.filter(({ check, mode }) => check === 'location' && mode !== 'off'),
    );
    expect(rules.map((found) => found.map(({ require, exemptions }) => [require, exemptions?.[0]?.kind]))).toEqual([
      [],
      [],
      [[{ countries: ['GB'] }, 'overseas']],
    ]);
  });

  it('a breach is told to each one’s own officer first', () => {
    expect(NAMES.map((name) => shipped(name).reportTo)).toEqual([
      'information-security-team-leader', // clause 4.2
      'line-manager', // the school and the line manager
      'information-security-team-leader', // "a reporting mechanism": a default
    ]);
  });
});

describe('where no device can tell, the policies account for the difference themselves', () => {
  const how = (name: string, clause: string) => {
    const found = coverageOfPolicy(shipped(name)).find((one) => one.clause === clause);
    return found === undefined ? 'silent' : [found.how, found.says];
  };
  it.each<[string, ...(readonly [string, string, string | RegExp] | undefined)[]]>([
    [
      "a person's own device",
      ['5.1', 'kept-in-part', /must only use a Council owned/],
      ['4.6.2b', 'procedure', /personal devices .* is acceptable/],
      undefined,
    ],
    [
      'private use',
      ['5.4', 'kept-in-part', /will not .* store personal files/],
      ['4.5.2', 'procedure', /Reasonable private use .* is acceptable/],
      undefined,
    ],
    [
      'the review of health and safety',
      ['5.2', 'record', /before being allowed to work remotely/],
      ['4.2.2', 'record', /^Prior to the commencement/],
      ['1 Define workspace', 'kept-in-part', /reporting mechanism/],
    ],
    [
      'hours of work',
      undefined,
      ['4.1', 'procedure', /usual hours of work apply/],
      ['Annex D', 'procedure', /Working hours should be monitored by both/],
    ],
    [
      'what is taken home',
      ['5.15', 'record', /authorisation form must state the risks/],
      ['4.7.3', 'record', /A note of all files taken offsite/],
      ['Annex A', 'kept-in-part', /establishing registers/],
    ],
  ])('%s', (_, ...rows) => {
    for (const [index, row] of rows.entries()) {
      if (row === undefined) continue;
      const [clause, kept, says] = row;
      expect(how(NAMES[index] ?? '', clause)).toEqual([kept, expect.stringMatching(says)]);
    }
  });

  it('hours are nowhere a matter for a device', () => {
    const checks = NAMES.flatMap((name) => shipped(name).rules.map(({ says }) => says));
    expect(checks.filter((says) => /hours/i.test(says))).toEqual([]);
  });
});
