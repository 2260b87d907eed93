import { CHECKS } from '@beadle/shared';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../../../src/authorisations/kinds.ts';
import { momentsIn } from '../../../src/console/language/moments.ts';
import { isPhrase, sayIn, translate } from '../../../src/console/language/say.ts';
import { WELSH } from '../../../src/console/language/welsh/all.ts';
import { appearance } from '../../../src/breaches/appearance.ts';
import { welshTitleOf } from '../../../src/console/language/welsh/appearance.ts';
import { eventWords } from '../../../src/console/timeline-words.ts';
import { humanise, roleWords } from '../../../src/console/words.ts';
import { CALLER_ROLES } from '../../../src/people/permissions.ts';

const source = join(import.meta.dirname, '../../../src/console');
const views = globSync('views/**/*.njk', { cwd: source }).map((path) => readFileSync(join(source, path), 'utf8'));
const placesIn = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).toSorted();

describe('the words in Welsh', () => {
  it('are there for every text that a view asks for', () => {
    const asked = views.flatMap((view) => [...view.matchAll(/\bt\("([^"]*)"/g)].map(([, text = '']) => text));
    expect(asked.length).toBeGreaterThan(200);
    expect(asked.filter((text) => !isPhrase(text))).toEqual([]);
  });

  it('are there for every part of the navigation', () => {
    const layout = readFileSync(join(source, 'views/layout.njk'), 'utf8');
    const [, parts = ''] = /\{% for part in (\[\[.*\]\]) %\}/.exec(layout) ?? [];
    const names = (JSON.parse(parts) as [string, string, string?][]).map(
      ([section, , name]) => name ?? humanise(section),
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !isPhrase(name))).toEqual([]);
  });

  it('have the same places for values as the English', () => {
    const wrong = Object.entries(WELSH).filter(([english, welsh]) => {
      const places = [...new Set(placesIn(english))];
      return places.some((place) => !welsh.includes(place)) || placesIn(welsh).some((place) => !places.includes(place));
    });
    expect(wrong).toEqual([]);
  });

  it('have typographic apostrophes, and end as the English does', () => {
    for (const [english, welsh] of Object.entries(WELSH)) {
      expect(welsh).not.toContain("'");
      expect([english, /[.:?]?$/.exec(welsh)?.[0]]).toEqual([english, /[.:?]?$/.exec(english)?.[0]]);
    }
  });

  it('are there for whatever is named by a closed list', () => {
    const names = [
      ...CALLER_ROLES.map(roleWords),
      ...KINDS.map(({ words }) => words),
      ...[...CHECKS.map(({ name }) => name), 'location', 'contact'].map(humanise),
      ...['requested', 'accepted', 'approved', 'refused', 'withdrawn', 'revoked', 'lapsed', 'reminded'].map(eventWords),
    ];
    expect(names.filter((name) => !isPhrase(name))).toEqual([]);
  });

  it('are there for what every check finds', () => {
    for (const check of [...CHECKS.map(({ name }) => name), 'location', 'contact']) {
      const seen = {
        check_name: check,
        kind: 'state',
        subject: 'C:',
        rule: 'some-rule',
        clause: '5.9',
        triage: null,
        asset_tag: 'DBC-1',
        device_kind: 'laptop',
      } as const;
      const hasWords = !appearance(seen).includes('keep to clause');
      expect([check, !welshTitleOf(seen).includes('gymal')]).toEqual([check, hasWords]);
      expect(welshTitleOf({ ...seen, triage: 'confirmed' })).not.toBe(welshTitleOf(seen));
    }
  });

  it('put values in their places, and leave what is not theirs', () => {
    expect(sayIn('cy')('See {ref}', { ref: 'BR-1' })).toBe('Gweld BR-1');
    expect(sayIn('en')('See {ref}', { ref: '{ref}' })).toBe('See {ref}');
    expect(translate('cy', 'What somebody wrote: {x}')).toBe('What somebody wrote: {x}');
    expect(translate('cy', 'constructor')).toBe('constructor');
  });
});

describe('times in Welsh', () => {
  const { day, moment, duration } = momentsIn('cy');
  it.each([
    ['2026-06-04T08:32:07Z', '4 Mehefin 2026 am 9:32yb'],
    ['2026-06-04T11:00:00Z', '4 Mehefin 2026 am hanner dydd'],
    ['2026-01-01T17:05:00Z', '1 Ionawr 2026 am 5:05yh'],
  ])('%s is %s on the council clock', (time, words) => {
    expect(moment(time)).toBe(words);
    expect(words.startsWith(day(time))).toBe(true);
  });

  it.each([
    ['P90D', '90 diwrnod'],
    ['P2D', '2 ddiwrnod'],
    ['P1Y', '1 flwyddyn'],
    ['P2Y', '2 flynedd'],
    ['P6Y', '6 blynedd'],
    ['P10Y', '10 mlynedd'],
    ['P2M', '2 fis'],
    ['P3M', '3 mis'],
    ['P1W', '1 wythnos'],
    ['PT0S', 'dim amser'],
  ])('%s is %s', (iso, words) => {
    expect(duration(iso)).toBe(words);
  });
});
