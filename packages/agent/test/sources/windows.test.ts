import { win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureAll } from '../../src/host/recording/write.ts';
import type { Source } from '../../src/sources/source.ts';
import { WINDOWS_SOURCES } from '../../src/sources/windows.ts';
import { eventsAfter, maskDiskEvents, maskPrintEvents } from '../../src/sources/windows/masks.ts';
import { powershellFiles, systemRoot } from '../../src/sources/windows/powershell.ts';

const SECRET = 'Redundancy letter to Ann';

describe('the sources of Windows', () => {
  it('have one id each, and are all answered by the same process', () => {
    expect(new Set(WINDOWS_SOURCES.map(({ id }) => id)).size).toBe(WINDOWS_SOURCES.length);
    const runners = new Set(WINDOWS_SOURCES.map(({ reads }) => (reads.kind === 'script' ? reads.runner : undefined)));
    expect(runners.size).toBe(1);
  });

  it.each(WINDOWS_SOURCES.map((source) => [source.id, source] as const))(
    '%s has limits, a reason and a mask',
    (_id, source) => {
      expect(source.why).toMatch(/^[A-Z].*\.$/);
      expect(source.timeLimitMs).toBeGreaterThan(0);
      expect(source.outputLimitBytes).toBeGreaterThan(0);
      expect(source.masked).toBeDefined();
      expect(source.reads.kind === 'script' && source.reads.what).toContain(
        `(${source.id.slice('windows/'.length)}.ps1)`,
      );
    },
  );
});

describe('where PowerShell is', () => {
  it('is below the folder of Windows, whatever else the environment says', () => {
    expect(powershellFiles({ SystemRoot: 'D:\\Win' })).toEqual([
      'D:\\Win\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    ]);
    for (const odd of [undefined, '', '\\\\server\\share', 'C:\\Users\\eve', '..', 'C:\\a;b', 'C:/Windows'])
      expect(systemRoot(odd === undefined ? {} : { SystemRoot: odd })).toBe('C:\\Windows');
  });

  it('is the 64-bit one, also for a 32-bit Node', () => {
    const files = powershellFiles({ SystemRoot: 'C:\\Windows', PROCESSOR_ARCHITEW6432: 'AMD64' });
    expect(files[0]).toBe('C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe');
    expect(files.every((file) => win32.isAbsolute(file))).toBe(true);
  });
});

const rowSources = WINDOWS_SOURCES.filter(({ id }) => !id.endsWith('-events'));

/** JSON with `SECRET` wherever a field that nobody declared may stand. */
const undeclared = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(SECRET),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom('SSID', 'Document', 'RecoveryPassword', 'Profiles', 'Adapters', 'User', 'KeyProtector'),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value;

describe('what a recording of Windows keeps', () => {
  it.each(rowSources.map((source) => [source.id, source] as const))('of %s is only what is declared', (_id, source) => {
    fc.assert(
      fc.property(undeclared, (value) => {
        for (const output of [
          value,
          [value],
          [{ Extra: value }],
          { Extra: value, Profiles: [{ Extra: value }], User: { Extra: value } },
        ]) {
          let kept = '';
          try {
            kept = source.masked?.(JSON.stringify(output)) ?? SECRET;
          } catch {
            // Then nothing is kept.
          }
          expect(kept).not.toContain(SECRET);
        }
      }),
    );
  });

  const data = fc.record({
    document: fc.constant(SECRET),
    user: fc.stringMatching(/^[A-Za-z]{3,12}$/).map((name) => `COUNCIL\\${name}-person`),
    client: fc.constant('\\\\LAPTOP-OF-ANN'),
    printer: fc.constantFrom('Office', 'Microsoft Print to PDF'),
    port: fc.constantFrom(
      'WSD-1',
      'PORTPROMPT:',
      'C:\\Users\\ann\\secret-file.pdf',
      '\\\\nas\\ann\\secret-file.pdf',
      'secret-file.xps',
    ),
  });

  it('of print jobs is no document, no person and no path', () => {
    fc.assert(
      fc.property(fc.array(data, { maxLength: 5 }), (jobs) => {
        const events = jobs.map(
          ({ document, user, client, printer, port }, at) =>
            `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>307</EventID><TimeCreated SystemTime="2026-06-04T08:32:0${at}.1Z"/><EventRecordID>${at + 1}</EventRecordID><Security UserID="S-1-5-21-1"/></System><UserData><DocumentPrinted><Param1>${at}</Param1><Param2>${document}</Param2><Param3>${user}</Param3><Param4>${client}</Param4><Param5>${printer}</Param5><Param6>${port}</Param6><Param7>10</Param7><Param8>1</Param8></DocumentPrinted></UserData></Event>`,
        );
        const kept = maskPrintEvents(`<Events>${events.join('')}</Events>`);
        expect(kept).not.toMatch(/Redundancy|-person|LAPTOP|secret-file|S-1-5/);
        expect(kept.split('<Event>').length - 1).toBe(jobs.length);
        for (const { printer } of jobs) expect(kept).toContain(`<Param5>${printer}</Param5>`);
      }),
    );
  });

  const diskEvent = `<Event><System><EventID>1006</EventID><TimeCreated SystemTime="2026-06-04T08:32:00.1Z"/><EventRecordID>9</EventRecordID></System><EventData><Data Name="BusType">7</Data><Data Name="Mbr">00FF</Data><Data Name="Vbr0">${SECRET}</Data><Data Name="SerialNumber">A&amp;1</Data></EventData></Event>`;

  it('of disks is no sector', () => {
    expect(maskDiskEvents(`<Events>${diskEvent}</Events>`)).toBe(
      '<Events><Event><System><EventID>1006</EventID><TimeCreated SystemTime="2026-06-04T08:32:00.1Z"/><EventRecordID>9</EventRecordID></System>' +
        '<EventData><Data Name="BusType">7</Data><Data Name="SerialNumber">A&amp;1</Data></EventData></Event></Events>',
    );
    expect(maskDiskEvents('<Events/>')).toBe('<Events></Events>');
    expect(() => maskDiskEvents('not events')).toThrow('not a list');
  });

  it('of a log is what came after the enrolment', () => {
    const at = Date.parse('2026-06-04T08:32:00.100Z');
    expect(eventsAfter(`<Events>${diskEvent}</Events>`, at - 1)).toContain('EventRecordID');
    expect(eventsAfter(`<Events>${diskEvent}</Events>`, at)).toBe('<Events></Events>');
    expect(eventsAfter('<Events><Event><System></System></Event></Events>', 0)).toBe('<Events></Events>');
  });

  it('is what was declared, unchanged', () => {
    const told: Readonly<Record<string, unknown>> = {
      'windows/bitlocker-volumes': [
        {
          DriveLetter: 'C:',
          DeviceID: '\\\\?\\Volume{1}\\',
          VolumeType: 0,
          Protection: 1,
          Conversion: 1,
          Pct: 100,
          Method: 7,
          Lock: null,
        },
      ],
      'windows/screen-lock': {
        InactivityTimeoutSecs: 600,
        Policy: null,
        User: { ScreenSaveActive: '1', ScreenSaver: true },
      },
      'windows/network': {
        Profiles: [{ InterfaceAlias: 'Wi-Fi', NetworkCategory: 0 }],
        Adapters: [],
        PartOfDomain: true,
        Wifi: { Authentication: null },
      },
      'windows/missing-updates': [{ Title: 'KB', KBArticleIDs: ['5031455'], CategoryIDs: [] }],
    };
    const sources = WINDOWS_SOURCES.filter(({ id }) => id in told);
    const result = (source: Source) =>
      ({ kind: 'output', exitCode: 0, stdout: JSON.stringify(told[source.id]), stderr: '' }) as const;
    const { captured } = captureAll(sources, new Map(sources.map((source) => [source.id, result(source)])), {
      since: 0,
    });
    for (const { source, stdout } of captured) {
      const before = told[source.id];
      expect(JSON.parse(stdout)).toEqual(before);
    }
    expect(captured.length).toBe(4);
  });
});
