import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MACOS_SOURCES } from '../../src/sources/macos.ts';
import { missing, printed } from './outputs.ts';
import { alteredLaptop } from './altered-laptop.ts';

const { recorded, textOf, verdicts } = alteredLaptop('macos/laptop-not-compliant');

/** A single digit, and a list on one line without an end, are whole answers wherever they are cut or changed. */
const UNPROTECTED = new Set(['macos/guest', 'macos/administrators']);
const ids = [...recorded.keys()];
const texts = ids.filter((id) => !UNPROTECTED.has(id));
const garbage = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    'null',
    '0',
    '{',
    ']',
    '"',
    '\n',
    '\u0000',
    '{}',
    '[]',
    '1',
    '</dict>',
    '<array/>',
    '* Label: ',
    '\uFFFD',
  ),
);
const change = fc.oneof(
  fc
    .constantFrom(...texts)
    .chain((id) => fc.nat(textOf(id).length).map((at) => [id, printed(textOf(id).slice(0, at))] as const)),
  fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(8), garbage).map(([id, at, gone, put]) => {
    const text = textOf(id);
    const from = at % (text.length + 1);
    return [id, printed(text.slice(0, from) + put + text.slice(from + gone))] as const;
  }),
  fc.tuple(fc.constantFrom(...texts), garbage).map(([id, text]) => [id, printed(text)] as const),
  fc.tuple(fc.constantFrom(...texts), fc.json()).map(([id, text]) => [id, printed(text)] as const),
  fc.constantFrom(...ids).map((id) => [id, printed(textOf(id), { exitCode: 1, stderr: 'failed' })] as const),
  fc.constantFrom(...ids).map((id) => [id, missing] as const),
  fc
    .tuple(
      fc.constantFrom(...ids),
      fc.constantFrom('access-denied', 'timed-out', 'output-too-large', 'over-budget', 'tool-missing'),
    )
    .map(([id, reason]) => [id, { kind: 'unreadable', reason }] as const),
);

describe('what a source of macOS leaves out or garbles', () => {
  it('starts from a Mac of which every source has been recorded', () => {
    expect(MACOS_SOURCES.map(({ id }) => id).filter((id) => !recorded.has(id))).toEqual([]);
  });

  it('makes no verdict better', async () => {
    const before = await verdicts();
    await fc.assert(
      fc.asyncProperty(change, async (one) => {
        const after = await verdicts(one);
        const better = [...after].filter(([key, verdict]) => {
          const was = before.get(key) ?? (key.endsWith(' device') ? 'fail' : 'pass');
          return verdict === 'pass' && was !== 'pass';
        });
        expect(better).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
