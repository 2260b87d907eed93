import { isKnown, type Known, type Update } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import dates from '../../src/collectors/patches/support-dates.json' with { type: 'json' };
import { patchesWindows } from '../../src/collectors/patches/windows.ts';
import { windowsSupport } from '../../src/collectors/patches/windows-support.ts';
import { readMissingUpdates } from '../../src/collectors/patches/windows-updates.ts';
import { factsOf, json, printed, type Told } from './outputs.ts';

interface Facts {
  missing: Known<Update[]>;
  listsUpdatedAt: Known<number>;
  restartRequired: Known<boolean>;
  system: Known<{ label: string; ends: string | null }>;
}
const now = Date.UTC(2026, 10, 20, 9);
const SECURITY = '0fa1201d-4330-4fa8-8ae9-b877473b6441';
const state = {
  LastSearchSuccess: '2026-11-20T03:00:00Z',
  LastInstallSuccess: '2026-11-12T10:00:00Z',
  RebootPending: false,
  PausedUntil: null,
};
const update = (rest: object = {}) => ({
  UpdateID: 'b8e7b2b0-0000-4000-8000-000000000001',
  Title: 'An update',
  KBArticleIDs: ['5070312'],
  MsrcSeverity: null,
  CategoryIDs: [SECURITY],
  RebootRequired: false,
  IsDownloaded: false,
  LastDeploymentChangeTime: '2026-10-13T17:00:00Z',
  ...rest,
});
const facts = (told: Told) =>
  factsOf<Facts>(patchesWindows, { 'windows/missing-updates': [], 'windows/update-state': state, ...told }, now);
const missingOf = (...rows: unknown[]) => facts({ 'windows/missing-updates': rows }).missing;
const oneOf = (rest: object) => {
  const read = readMissingUpdates(json([update(rest)]), now);
  return isKnown(read) ? read.known[0]?.update : read.unknown;
};

describe('a missing update of Windows', () => {
  it('is named by its article, ages from the release of its revision, and is told as it is titled', () => {
    expect(missingOf(update())).toEqual({
      known: [
        {
          id: 'KB5070312',
          title: 'An update',
          severity: 'unknown',
          security: true,
          releasedAt: Date.UTC(2026, 9, 13, 17),
        },
      ],
    });
  });

  it.each([
    ['Critical', 'critical'],
    ['Important', 'high'],
    ['Moderate', 'medium'],
    ['Low', 'low'],
    ['Unspecified', 'unknown'],
    [null, 'unknown'],
  ])('of severity %j is %s', (MsrcSeverity, severity) => {
    expect(oneOf({ MsrcSeverity })).toMatchObject({ severity, security: true });
  });

  it.each([
    ['a security update, whatever else it is', [SECURITY.toUpperCase(), 'cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83'], true],
    ['a critical one', ['e6cf1350-c01b-414d-a61f-263d14d133b4'], true],
    ['a rollup, which may hold anything', ['28bc880e-0592-4cbf-8f95-c79b17911d5f'], true],
    ['of no category at all', [], true],
    ['of a product alone', ['72e7624a-5b00-45d2-b92f-e561c0a6a160'], true],
    ['a preview', ['cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83'], false],
    ['a driver', ['ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0'], false],
    ['definitions', ['e0789628-ce08-4437-be74-2495b842f43b'], false],
    ['an upgrade', ['3689bdc8-b205-4af4-8d4a-a63924c5e9d5'], false],
  ])('that is %s counts accordingly', (_what, CategoryIDs, security) => {
    expect(oneOf({ CategoryIDs })).toMatchObject({ security });
  });

  it('that mends nothing stays on the device', () => {
    expect(missingOf(update({ CategoryIDs: ['ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0'] }))).toEqual({ known: [] });
    expect(missingOf(update({ KBArticleIDs: ['KB890830'], CategoryIDs: [] }))).toEqual({ known: [] });
  });

  it('without an article is named by its own number, and without that by its title', () => {
    expect(oneOf({ KBArticleIDs: [] })).toMatchObject({ id: 'b8e7b2b0-0000-4000-8000-000000000001' });
    expect(oneOf({ KBArticleIDs: null, UpdateID: null })).toMatchObject({ id: 'An update' });
  });

  it.each([null, '1899-12-30T00:00:00Z', '2027-01-01T00:00:00Z', 'gestern'])('of the day %j has none', (at) => {
    expect(oneOf({ LastDeploymentChangeTime: at })).toMatchObject({ releasedAt: null });
  });

  it.each([
    ['a row that names nothing', [{}]],
    ['a row among others that is none', [update(), 1]],
    ['articles that are no list', [update({ KBArticleIDs: { a: 1 } })]],
    ['nothing', null],
    ['a text', 'none'],
  ])('cannot be told from %s', (_what, rows) => {
    expect(facts({ 'windows/missing-updates': rows }).missing).toMatchObject({ unknown: 'not-understood' });
  });

  it('cannot be told where the search failed', () => {
    const failed = printed('', { exitCode: 1, stderr: 'COMException 0x80240438' });
    expect(facts({ 'windows/missing-updates': failed }).missing).toMatchObject({ unknown: 'source-failed' });
  });
});

describe('the last search of Windows', () => {
  const searched = (rest: object, rows: unknown[] = []) =>
    facts({ 'windows/missing-updates': rows, 'windows/update-state': { ...state, ...rest } }).listsUpdatedAt;

  it('is the day of the last one that succeeded', () => {
    expect(searched({})).toEqual({ known: Date.UTC(2026, 10, 20, 3) });
  });

  it.each([
    ['never', { LastSearchSuccess: null }, 'source-missing'],
    ['of no told day', { LastSearchSuccess: undefined }, 'not-understood'],
    ['of 1601', { LastSearchSuccess: '1601-01-01T00:00:00Z' }, 'not-understood'],
    ['of tomorrow', { LastSearchSuccess: '2026-11-21T00:00:00Z' }, 'not-understood'],
    ['while updates are paused', { PausedUntil: '2026-11-21T00:00:00Z' }, 'stale'],
    ['of which a pause is not told', { PausedUntil: undefined }, 'not-understood'],
    ['that has found nothing for months', { LastInstallSuccess: '2026-09-01T00:00:00Z' }, 'stale'],
  ])('%s says nothing', (_what, rest, reason) => {
    expect(searched(rest)).toMatchObject({ unknown: reason });
  });

  it('is believed after a pause, where nothing was ever installed by it, and where it does find something', () => {
    expect(searched({ PausedUntil: '2026-11-19T00:00:00Z' })).toHaveProperty('known');
    expect(searched({ LastInstallSuccess: null })).toHaveProperty('known');
    expect(searched({ LastInstallSuccess: '2026-09-01T00:00:00Z' }, [update()])).toHaveProperty('known');
  });
});

describe('a restart of Windows', () => {
  it('is due where Windows says so, or where an update waits for it', () => {
    expect(facts({}).restartRequired).toEqual({ known: false });
    expect(facts({ 'windows/update-state': { ...state, RebootPending: true } }).restartRequired).toEqual({
      known: true,
    });
    expect(facts({ 'windows/missing-updates': [update({ RebootRequired: true })] }).restartRequired).toEqual({
      known: true,
    });
    expect(facts({ 'windows/update-state': {} }).restartRequired).toMatchObject({ unknown: 'not-told' });
  });
});

describe('the support of a Windows', () => {
  it.each([
    [26_200, 'Professional', 'Windows 11 25H2 (W)', '2027-10-12'],
    [26_200, 'CoreN', 'Windows 11 25H2 (W)', '2027-10-12'],
    [26_100, 'Education', 'Windows 11 24H2 (E)', '2027-10-12'],
    [26_100, 'EnterpriseN', 'Windows 11 24H2 (E)', '2027-10-12'],
    [26_100, 'EnterpriseS', 'Windows 11 24H2 (E)', '2029-10-09'],
    [26_100, 'IoTEnterpriseS', 'Windows 11 24H2 IoT', '2034-10-10'],
    [17_763, 'IoTEnterpriseS', 'Windows 10 1809 (E)', '2029-01-09'],
    [19_045, 'Enterprise', 'Windows 10 22H2', '2025-10-14'],
    [10_240, 'EnterpriseS', 'Windows 10 1507 (E)', '2025-10-14'],
    [17_763, 'ServerStandard', 'Windows Server 2019', '2029-01-09'],
    [17_763, 'ServerStandardACor', 'Windows Server 1809 SAC', '2020-11-10'],
  ])('of build %i as %s is that of %s', (build, edition, label, ends) => {
    expect(windowsSupport(build, edition)).toEqual({ known: { label, ends } });
  });

  it.each([
    [19_045, 'EnterpriseS'],
    [26_100, 'CloudEdition'],
    [26_100, ''],
    [1, 'Professional'],
  ])('of build %i as %j is not known', (build, edition) => {
    expect(windowsSupport(build, edition)).toMatchObject({ unknown: 'not-in-support-list' });
  });

  it('goes by the build and never by the product’s name', () => {
    const os = { CurrentBuild: '26200', UBR: 1, EditionID: 'Core', ProductName: 'Windows 10 Home' };
    expect(facts({ 'windows/os': os }).system).toMatchObject({ known: { label: 'Windows 11 25H2 (W)' } });
    expect(facts({ 'windows/os': { ...os, CurrentBuild: '11' } }).system).toMatchObject({ unknown: 'not-understood' });
  });

  it('rests on one date for each build and kind of edition', () => {
    const keys = dates.rows
      .filter(({ build }) => build !== undefined)
      .map(({ product, build, cycle }) => `${product} ${build} ${/-(iot-lts|e-lts|e|w|iot|ac|sac)$/.exec(cycle)?.[1]}`);
    expect(keys.length).toBeGreaterThan(50);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('what Windows Update prints', () => {
  it('whatever it is, gives updates that can be told, or a reason', () => {
    const rows = fc.array(
      fc.oneof(
        fc.json().map((text): unknown => JSON.parse(text)),
        fc
          .record({ Title: fc.anything(), KBArticleIDs: fc.anything(), CategoryIDs: fc.array(fc.string()) })
          .map((rest) => update(rest)),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(rows, (list) => {
        const read = readMissingUpdates(json(list), now);
        if (!isKnown(read)) return;
        expect(read.known).toHaveLength(list.length);
        for (const { update: one } of read.known) expect(one.id).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});
