import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PolicyError, readPolicy } from '../../src/policy/read.ts';
import { dacorumText } from './policies.ts';

const good = `beadlePolicy: 1
title: T
organisation: O
version: "1"
effectiveFrom: 2026-11-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - id: a
    clause: "5.9"
    says: S
    check: disk-encryption
    require: { volumes: fixed, protection: on }
    severity: high
`;

const inOneLine = ({ line, column, path, expected }: PolicyError) => `${line}:${column}: ${path}: expected ${expected}`;

function errorsOf(text: string): string[] {
  const reading = readPolicy(text);
  return reading.ok ? [] : reading.errors.map(inOneLine);
}

/** The policy with one thing changed, which must be there. */
function changed(from: string, to: string): string {
  if (!good.includes(from)) throw new Error(`no ${from} to change`);
  return good.replace(from, to);
}

const withRequire = (check: string, require: string) =>
  changed('check: disk-encryption', `check: ${check}`).replace('{ volumes: fixed, protection: on }', require);

const DURATION = 'an ISO 8601 duration such as P14D or PT10M';

describe('a good policy', () => {
  it('is read, and `on` is the word that it looks like', () => {
    const reading = readPolicy(good);
    expect(reading).toMatchObject({ ok: true, policy: { rules: [{ require: { protection: 'on' }, clause: '5.9' }] } });
  });

  it.each([
    ['lines that end as on Windows', good.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${good}`],
    ['comments', `# one\n${good}# another *with &signs !in it\n`],
    ['a star at the start of quoted text', changed('title: T', 'title: "*a &b !c"')],
    ['a directive of the version it is written in', `%YAML 1.2\n---\n${good}`],
    ['JSON', JSON.stringify((readPolicy(good) as { policy: unknown }).policy)],
    [
      'a rule of a check that only a later agent makes',
      withRequire('screen-lock', '{ within: { onSite: PT10M, offSite: PT5M } }'),
    ],
  ])('may have %s', (_, text) => expect(errorsOf(text)).toEqual([]));
});

describe('a policy with a mistake is refused with one error, which says where and what was expected', () => {
  it.each<[string, string, string | RegExp]>([
    [
      'an unknown key',
      `${good}colour: red\n`,
      '15:1: colour: expected no key "colour"; the keys here are beadlePolicy, title, organisation, version, effectiveFrom, reviewBy, reportTo, populations, rules, clauses, deadlines',
    ],
    [
      'an unknown key of a rule',
      `${good}    colour: red\n`,
      /^15:5: rules\[0\]\.colour: expected no key "colour"; the keys here are id, clause, /,
    ],
    [
      'an unknown parameter',
      withRequire('disk-encryption', '{ volume: fixed }'),
      '13:16: rules[0].require.volume: expected no key "volume"; the keys here are volumes, protection, methods, suspendedAtMost, encryptingAtMost',
    ],
    [
      "another check's parameter",
      withRequire('asset-tag', '{ volumes: fixed }'),
      '13:16: rules[0].require.volumes: expected no key "volumes"; the keys here are matchRegister',
    ],
    ['a missing key', changed('title: T\n', ''), '1:1: title: expected the key "title"'],
    [
      'a missing key of a rule, whose line is its mapping',
      changed('    severity: high\n', ''),
      '9:5: rules[0].severity: expected the key "severity"',
    ],
    [
      'a missing key under a comment',
      `# first\n\n${changed('title: T\n', '')}`,
      '3:1: title: expected the key "title"',
    ],
    [
      'a word that is not in the list',
      changed('high', 'huge'),
      '14:15: rules[0].severity: expected one of info, low, medium, high, critical',
    ],
    [
      'a list in place of a word',
      changed('severity: high', 'severity: [high]'),
      '14:15: rules[0].severity: expected one of info, low, medium, high, critical',
    ],
    [
      'a check that is not known',
      changed('check: disk-encryption', 'check: disk'),
      /^12:12: rules\[0\]\.check: expected a check, one of disk-encryption, /,
    ],
    [
      'a check named as what every object has',
      changed('check: disk-encryption', 'check: __proto__'),
      /^12:12: rules\[0\]\.check: expected a check, /,
    ],
    [
      'a key named as what every object has',
      changed('title: T', 'title: T\n__proto__: x'),
      /^3:1: __proto__: expected no key "__proto__"/,
    ],
    [
      'text in place of parameters',
      withRequire('disk-encryption', 'on'),
      '13:14: rules[0].require: expected a mapping of the parameters of the check',
    ],
    [
      'nothing in place of parameters',
      withRequire('disk-encryption', ''),
      '13:14: rules[0].require: expected a mapping of the parameters of the check',
    ],
    [
      'a wrong parameter',
      withRequire('disk-encryption', '{ protection: true }'),
      '13:28: rules[0].require.protection: expected on',
    ],
    [
      'a wrong list',
      withRequire('printing', '{ councilPrinters: a }'),
      '13:33: rules[0].require.councilPrinters: expected a list of patterns',
    ],
    [
      'days in words',
      withRequire('disk-encryption', '{ suspendedAtMost: 1 day }'),
      `13:33: rules[0].require.suspendedAtMost: expected ${DURATION}`,
    ],
    ['an empty duration', `${good}    grace: P\n`, `15:12: rules[0].grace: expected ${DURATION}`],
    [
      'a number in place of a duration',
      withRequire('patches', '{ installWithin: { high: 14 } }'),
      `13:39: rules[0].require.installWithin.high: expected ${DURATION}`,
    ],
    [
      'a severity that is not in the map',
      withRequire('patches', '{ installWithin: { severe: P1D } }'),
      '13:33: rules[0].require.installWithin.severe: expected no key "severe"; the keys here are critical, high, medium, low, unknown',
    ],
    [
      'a duration in place of the map',
      withRequire('patches', '{ installWithin: P14D }'),
      '13:31: rules[0].require.installWithin: expected a map of severities (critical, high, medium, low, unknown) to durations',
    ],
    [
      'neither arm of a choice',
      withRequire('screen-lock', '{ within: 10 }'),
      `13:24: rules[0].require.within: expected ${DURATION}, or { onSite, offSite }`,
    ],
    [
      'one half of a choice by place',
      withRequire('screen-lock', '{ within: { onSite: PT5M } }'),
      '13:24: rules[0].require.within.offSite: expected the key "offSite"',
    ],
    [
      'a wrong half of a choice by place',
      withRequire('screen-lock', '{ within: { onSite: P1, offSite: PT5M } }'),
      `13:34: rules[0].require.within.onSite: expected ${DURATION}`,
    ],
    [
      'a version that is a number',
      changed('"1"', '2026.1'),
      '4:10: version: expected a version in quotes, such as "2026.1"',
    ],
    [
      'a clause that is a number',
      changed('"5.9"', '5.10'),
      '10:13: rules[0].clause: expected a clause in quotes, such as "5.9"',
    ],
    [
      'another version of the language',
      changed('beadlePolicy: 1', 'beadlePolicy: 2'),
      '1:15: beadlePolicy: expected 1',
    ],
    ['a date in words', changed('2026-11-01', '1 November'), '5:16: effectiveFrom: expected a date such as 2026-11-01'],
    [
      'a date that does not exist',
      changed('2026-11-01', '2026-02-30'),
      '5:16: effectiveFrom: expected a date that exists',
    ],
    [
      'a month that does not exist',
      changed('2026-11-01', '2026-13-01'),
      '5:16: effectiveFrom: expected a date that exists',
    ],
    [
      'a review before the beginning',
      changed('2027', '2025'),
      '6:11: reviewBy: expected a date on or after effectiveFrom',
    ],
    [
      'a role that is not known',
      changed('information-security-team-leader', 'king'),
      /^7:11: reportTo: expected a role, one of information-security-team-leader, /,
    ],
    [
      'one id twice',
      good + good.slice(good.indexOf('  - id')),
      '15:9: rules[1].id: expected an id that no other rule has, not "a"',
    ],
    [
      'the id of the rule that applies by itself',
      changed('id: a', 'id: agent-health'),
      '9:9: rules[0].id: expected another id: "agent-health" is the rule that applies by itself',
    ],
    [
      'an id in capitals',
      changed('id: a', 'id: A B'),
      '9:9: rules[0].id: expected lower-case letters, digits and hyphens',
    ],
    ['no text', changed('title: T', 'title: ""'), '2:8: title: expected text of at least 1 character'],
    [
      'too much text',
      changed('says: S', `says: ${'S'.repeat(2001)}`),
      '11:11: rules[0].says: expected text of at most 2000 characters',
    ],
    [
      'an empty list',
      `${good}    covers: { kinds: [] }\n`,
      /^15:22: rules\[0\]\.covers\.kinds: expected a list of laptop, .*, not an empty one$/,
    ],
    [
      'a kind that is not known',
      `${good}    covers: { kinds: [laptop, toaster] }\n`,
      /^15:31: rules\[0\]\.covers\.kinds\[1\]: expected one of laptop, /,
    ],
    [
      'one clause twice',
      `${good}clauses:\n  - { clause: "1", says: x, served: later }\n  - { clause: "1", says: x, served: later }\n`,
      '17:15: clauses[1].clause: expected a clause that is not listed above, not "1"',
    ],
    [
      'a rule that is text',
      changed(good.slice(good.indexOf('rules:')), 'rules: [a]\n'),
      '8:9: rules[0]: expected a rule: a mapping with id, clause, says, check, require and severity',
    ],
    [
      'rules that are nothing',
      changed(good.slice(good.indexOf('rules:')), 'rules:\n'),
      '8:7: rules: expected a list of rules',
    ],
    ['an alias', changed('organisation: O', 'organisation: *t'), '3:15: organisation: expected no YAML alias'],
    ['an anchor', changed('title: T', 'title: &t T'), '2:8: title: expected no YAML anchor'],
    ['a tag', changed('title: T', 'title: !!str T'), '2:8: title: expected no YAML tag'],
    [
      'a key twice',
      changed('title: T', 'title: T\ntitle: U'),
      '3:1: title: expected this key only once in its mapping',
    ],
    [
      'a key of a rule twice',
      `${good}    says: again\n`,
      '15:5: rules[0].says: expected this key only once in its mapping',
    ],
    ['a number as a key', changed('title: T', 'title: T\n5: x'), '3:1: policy: expected a name as the key'],
    ['a list as a key', changed('title: T', 'title: T\n? [a]\n: x'), '3:3: policy: expected a name as the key'],
    [
      'a key that would break the line',
      changed('title: T', 'title: T\n"a\\nb": x'),
      /^3:1: \["a\\nb"\]: expected no key "a\\nb"; the keys here are /,
    ],
    ['a tab', changed('    clause', '\tclause'), '10:1: policy: expected spaces as indentation, not a tab'],
    ['two documents', `${good}---\n${good}`, '15:1: policy: expected one policy in a file, not several'],
    ['YAML 1.1', `%YAML 1.1\n---\n${good}`, '1:1: policy: expected YAML 1.2'],
    ['an open bracket', 'a: [1, 2', /^1:9: policy: expected valid YAML: /],
    ['nothing', '', '1:1: policy: expected a policy: a mapping that begins with beadlePolicy: 1'],
    ['only a comment', '# nothing\n', '1:1: policy: expected a policy: a mapping that begins with beadlePolicy: 1'],
    ['a list at the top', '- a\n- b\n', '1:1: policy: expected a policy: a mapping that begins with beadlePolicy: 1'],
    ['what is not YAML', '\u0001\u0002', /^1:1: policy: expected /],
    ['a NUL', changed('title: T', 'title: T\0'), '2:9: policy: expected text without the character NUL'],
    [
      'a NUL that is escaped',
      changed('title: T', 'title: "a\\0"'),
      '2:8: title: expected text without the character NUL',
    ],
    [
      'half of a surrogate pair',
      changed('says: S', 'says: "\\uD800"'),
      '11:11: rules[0].says: expected text without half of a surrogate pair',
    ],
    ['a merge key', changed('title: T', 'title: T\n<<: { version: x }'), /^3:1: \["<<"\]: expected no key "<<"/],
    ['a merge key of a rule', `${good}    <<: *a\n`, '15:9: rules[0]["<<"]: expected no YAML alias'],
    [
      "a rule's exemption of one kind twice",
      `${good}    exemptions:\n      - { kind: k, approver: siro, maximum: P1D }\n      - { kind: k, approver: director, maximum: P2D }\n`,
      '17:17: rules[0].exemptions[1].kind: expected a kind that this rule has not named above, not "k"',
    ],
    [
      'an approver whose role there is not',
      `${good}    exemptions: [{ kind: k, approver: queen, maximum: P1D }]\n`,
      /^15:39: rules\[0\]\.exemptions\[0\]\.approver: expected a role, one of information-security-team-leader, /,
    ],
    [
      'an exemption for no time',
      `${good}    exemptions: [{ kind: k, approver: siro, maximum: PT0S }]\n`,
      '15:54: rules[0].exemptions[0].maximum: expected a duration longer than no time',
    ],
    [
      'an exemption without an end',
      `${good}    exemptions: [{ kind: k, approver: siro }]\n`,
      '15:18: rules[0].exemptions[0].maximum: expected the key "maximum"',
    ],
    ...(
      [
        ['P0D', 'from P1D to P364D: none at all is a rule without this exemption, and more is no limit'],
        ['P365D', 'from P1D to P364D: none at all is a rule without this exemption, and more is no limit'],
        ['P1M', 'whole days in any 365, such as P28D'],
        ['PT12H', 'whole days in any 365, such as P28D'],
        ['28', 'whole days in any 365, such as P28D'],
        ['P1D12H', 'whole days in any 365, such as P28D'],
      ] as const
    ).map(([text, expected]): [string, string, string] => [
      `the cap of days ${text}`,
      `${good}    exemptions: [{ kind: k, approver: siro, maximum: P1D, maximumInYear: ${text} }]\n`,
      `15:74: rules[0].exemptions[0].maximumInYear: expected ${expected}`,
    ]),
    [
      'an encrypted printer',
      `${good}    exemptions: [{ kind: k, approver: siro, maximum: P1D, encryptedOnly: true }]\n`,
      '15:59: rules[0].exemptions[0].encryptedOnly: expected encryptedOnly only under removable-media',
    ],
    ...['-P1D', 'P1.5D', 'PT', 'P1H', 'P1D2M', 'P123456D', '14', '"P1D "'].map((text): [string, string, string] => [
      `the duration ${text}`,
      `${good}    grace: ${text}\n`,
      `15:12: rules[0].grace: expected ${DURATION}`,
    ]),
    [
      'an empty list by which nothing could pass',
      withRequire('disk-encryption', '{ methods: [] }'),
      '13:25: rules[0].require.methods: expected a list with something in it: leave the key out to demand nothing',
    ],
    [
      'an empty list of populations',
      changed('reportTo', 'populations: []\nreportTo'),
      /^7:14: populations: expected a list of employee, .*, not an empty one$/,
    ],
    [
      'an empty list of groups',
      `${good}    covers: { groups: [] }\n`,
      '15:23: rules[0].covers.groups: expected a list of groups, not an empty one',
    ],
    [
      'a way of counting that there is not',
      `${good}    graceCounts: sometimes\n`,
      '15:18: rules[0].graceCounts: expected calendar or connected',
    ],
    ['a mode that there is not', `${good}    mode: shadow\n`, '15:11: rules[0].mode: expected observe, report or off'],
    [
      'a place that there is not',
      `${good}    covers: { location: abroad }\n`,
      '15:25: rules[0].covers.location: expected any, on-site or off-site',
    ],
    [
      'too large a file',
      `${good}#${'x'.repeat(1024 * 1024)}`,
      /^15:\d+: policy: expected a policy of at most 1048576 characters$/,
    ],
  ])('%s', (_, text, expected) => {
    const errors = errorsOf(text);
    expect(errors).toHaveLength(1);
    const [error = ''] = errors;
    const fits = typeof expected === 'string' ? error === expected : expected.test(error);
    expect(fits ? expected : error).toBe(expected);
  });
});

describe('a policy with several mistakes', () => {
  it('is told all of them, in the order of the file', () => {
    const text = good
      .replace('title: T\n', '')
      .replace('2026-11-01', 'soon')
      .replace('high', 'huge')
      .replace('fixed', 'all');
    expect(errorsOf(text).map((error) => error.split(': ')[1])).toEqual([
      'title',
      'effectiveFrom',
      'rules[0].require.volumes',
      'rules[0].severity',
    ]);
  });

  it('is told more than a handful', () => {
    const rule = good.slice(good.indexOf('  - id')).replace('high', 'huge');
    const many = Array.from({ length: 50 }, (_, index) => rule.replace('id: a', `id: a${index}`)).join('');
    expect(errorsOf(good.slice(0, good.indexOf('  - id')) + many)).toHaveLength(50);
  });
});

describe('a hostile file', () => {
  const half = 512 * 1024;
  it.each([
    ['lists in brackets', `a: ${'['.repeat(half)}`],
    ['closed lists in brackets', '['.repeat(half) + ']'.repeat(half)],
    ['mappings in brackets', '{a: '.repeat(half / 4)],
    ['lists by dashes', '- '.repeat(half)],
    ['keys by question marks', '? '.repeat(half)],
    ['indentation', Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['indentation with quoted keys', Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}"a":`).join('\n')],
    ['parameters', withRequire('disk-encryption', '['.repeat(3000) + ']'.repeat(3000))],
  ])('that nests too deeply in %s is refused at once', (_, text) => {
    const started = performance.now();
    const errors = errorsOf(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/policy: expected no deeper nesting$/);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('of aliases that would grow without end is refused', () => {
    const laughs = Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]`);
    const errors = errorsOf(['a0: &a0 [x]', ...laughs].join('\n'));
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every((error) => /no YAML (alias|anchor)$/.test(error))).toBe(true);
  });
});

describe('reading', () => {
  const lines = dacorumText.split('\n');

  /** Errors that are not one line, or that point outside of the file. */
  function misplaced(text: string): PolicyError[] {
    const reading = readPolicy(text);
    const written = text.replace(/^\uFEFF/, '').split('\n');
    return (reading.ok ? [] : reading.errors).filter((error) => {
      const line = written[error.line - 1];
      const inside = line !== undefined && error.column >= 1 && error.column <= line.length + 1;
      return !inside || inOneLine(error).includes('\n');
    });
  }

  it('never throws, and points into the file, whatever the text', () => {
    const pieces = `a|:| |- |\n|  |{|}|[|]|&x|*x|!t|"|'|>|?|#|\t|,|<<|%YAML 1.1\n|---\n|\uFEFF|\uD800`.split('|');
    const words = fc.constantFrom('|', ...pieces);
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: words, maxLength: 60 }));
    fc.assert(
      fc.property(texts, (text) => {
        expect(readPolicy(text).ok).toBe(false);
        expect(misplaced(text)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws, and points into the file, when a real policy loses or gains a piece', () => {
    const edits = fc.record({
      line: fc.nat(lines.length - 1),
      insert: fc.string({ maxLength: 20 }),
      drop: fc.boolean(),
    });
    fc.assert(
      fc.property(edits, ({ line, insert, drop }) => {
        const changedLine = drop ? [] : [`${lines[line]}${insert}`];
        expect(misplaced([...lines.slice(0, line), ...changedLine, ...lines.slice(line + 1)].join('\n'))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
