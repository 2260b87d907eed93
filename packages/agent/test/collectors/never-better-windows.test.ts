import type { Verdict } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WINDOWS_SOURCES } from '../../src/sources/windows.ts';
import { missing, printed } from './outputs.ts';
import { alteredLaptop } from './altered-laptop.ts';

const { recorded, textOf, verdicts } = alteredLaptop('windows/laptop-not-compliant');

const ids = [...recorded.keys()];

/** An empty list is an answer where lists may be empty, and one that was never one is not tried as one. */
const garbage = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom('null', '0', '{', ']', '"', '\n', '\u0000', '{}', '1', '<Events', '</Event>', '&', '\uFFFD'),
);
const change = fc.oneof(
  fc
    .constantFrom(...ids)
    .chain((id) => fc.nat(textOf(id).length - 1).map((at) => [id, printed(textOf(id).slice(0, at))] as const)),
  fc.tuple(fc.constantFrom(...ids), garbage).map(([id, text]) => [id, printed(text)] as const),
  fc
    .tuple(
      fc.constantFrom(...ids),
      fc.json().filter((text) => text !== '[]'),
    )
    .map(([id, text]) => [id, printed(text)] as const),
  fc.constantFrom(...ids).map((id) => [id, printed(textOf(id), { exitCode: 1, stderr: 'failed' })] as const),
  fc.constantFrom(...ids).map((id) => [id, missing] as const),
  fc
    .tuple(
      fc.constantFrom(...ids),
      fc.constantFrom('access-denied', 'timed-out', 'output-too-large', 'over-budget', 'blocked'),
    )
    .map(([id, reason]) => [id, { kind: 'unreadable', reason }] as const),
);

type Path = readonly (string | number)[];

/** Every place within a value. */
function placesIn(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([key, inner]) =>
      placesIn(inner, [...at, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function without(value: unknown, [first, ...rest]: Path): unknown {
  if (first === undefined || typeof value !== 'object' || value === null) return null;
  const inner = (value as Readonly<Record<string | number, unknown>>)[first];
  const put = rest.length === 0 ? null : without(inner, rest);
  return Array.isArray(value) ? value.with(Number(first), put) : { ...value, [first]: put };
}

/** Where null is what Windows says of what is not set, or of an empty reader, it is an answer. */
const NULL_IS_TOLD =
  /^(Size|SerialNumber|SMBIOSAssetTag|MsrcSeverity|LastDeploymentChangeTime|PausedUntil|InactivityTimeoutSecs|MaxInactivityTimeDeviceLock|NoDriveTypeAutoRun|NoAutorun|DisableAutoplay|Policy|User|ScreenSave.*|ScreenSaver.*|PEFirmwareType)$/;

describe('what a source of Windows leaves out or garbles', () => {
  it('starts from a laptop of which every source has been recorded', () => {
    expect(WINDOWS_SOURCES.map(({ id }) => id).filter((id) => !recorded.has(id))).toEqual([]);
  });

  const better = (before: ReadonlyMap<string, Verdict>, after: ReadonlyMap<string, Verdict>) =>
    [...after].filter(([key, verdict]) => {
      const was = before.get(key) ?? (key.endsWith(' device') ? 'fail' : 'pass');
      return verdict === 'pass' && was !== 'pass';
    });

  it('makes no verdict better', async () => {
    const before = await verdicts();
    await fc.assert(
      fc.asyncProperty(change, async (one) => {
        expect(better(before, await verdicts(one))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('makes no verdict better where one value is not told', async () => {
    const before = await verdicts();
    const lists = ids.filter((id) => /^[[{]/.test(textOf(id)));
    for (const id of lists) {
      const value: unknown = JSON.parse(textOf(id));
      const places = placesIn(value).filter((path) => !path.some((key) => NULL_IS_TOLD.test(String(key))));
      for (const path of places) {
        const result = printed(JSON.stringify(without(value, path)));
        expect(better(before, await verdicts([id, result])), `${id} ${path.join('.')}`).toEqual([]);
      }
    }
  });
});
