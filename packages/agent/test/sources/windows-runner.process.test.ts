import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { known } from '@beadle/shared';
import { eventLogHistory } from '../../src/collectors/windows/event-log.ts';
import { readAhead } from '../../src/cycle/observe.ts';
import { jsonOf } from '../../src/collectors/answers.ts';
import { createMachine } from '../../src/host/machine.ts';
import type { Source } from '../../src/sources/source.ts';
import { WINDOWS_SOURCES } from '../../src/sources/windows.ts';
import { powershellRunner, SCRIPTS_FOLDER } from '../../src/sources/windows/powershell.ts';

// No PowerShell can be had here: a program of a few lines takes what it is told and answers as collect.ps1 does.
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-windows-'));
  folders.push(folder);
  return folder;
};

/** What the invented PowerShell does with `pieces`, and `say`, which prints an answer. */
function invented(body: string) {
  const folder = newFolder();
  const scripts = join(folder, 'powershell');
  cpSync(SCRIPTS_FOLDER, scripts, { recursive: true });
  const program = join(folder, 'powershell.exe');
  writeFileSync(
    program,
    `#!${process.execPath}
    const pieces = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
    const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\\r\\n');
    require('node:fs').appendFileSync(${JSON.stringify(join(folder, 'asked'))}, JSON.stringify({ args: process.argv.slice(2), pieces, env: Object.keys(process.env) }) + '\\n');
    ${body}`,
  );
  chmodSync(program, 0o700);
  const asked = () =>
    readFileSync(join(folder, 'asked'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { args: string[]; pieces: Record<string, unknown>[]; env: string[] });
  return { program, scripts, asked };
}

const clock = { now: () => 1_800_000_000_000, monotonic: () => 0 };

function machineWith({ program, scripts }: { program: string; scripts: string }, timeLimitMs = 10_000) {
  const runner = { ...powershellRunner([program], scripts, 'C:\\Windows'), timeLimitMs };
  const sources = WINDOWS_SOURCES.map(
    (source): Source => (source.reads.kind === 'script' ? { ...source, reads: { ...source.reads, runner } } : source),
  );
  const host = createMachine({
    clock,
    sources,
    environment: { SystemRoot: 'C:\\Windows', NODE_OPTIONS: '--no-warnings', SECRET: 'x' },
  });
  const named = (...names: string[]) => sources.filter(({ id }) => names.includes(id.slice('windows/'.length)));
  return { host, sources, named };
}

const ANSWER_ALL = `for (const { id } of pieces) say({ id, ok: true, data: { of: id } });`;

describe('PowerShell on Windows', () => {
  it('answers all that is due by one process', async () => {
    const { host, sources } = machineWith(invented(ANSWER_ALL));
    const results = await host.readAll(sources.map((source) => ({ source })));
    expect(host.started.processes).toBe(1);
    for (const { id } of sources)
      expect(results.get(id)).toMatchObject({ exitCode: 0, stdout: JSON.stringify({ of: id }) });
    expect(host.hindered?.()).toBeUndefined();
  });

  it('answers a whole cycle by one process, with the logs that are due', async () => {
    const made = invented(
      `for (const { id } of pieces) say(id.endsWith('-events') ? { id, ok: true, text: '<Events/>' } : { id, ok: true, data: [] });`,
    );
    const { host, sources, named } = machineWith(made);
    const [diskEvents, eventLogs, disks] = [...named('disk-events'), ...named('event-logs'), ...named('disks')];
    if (diskEvents === undefined || eventLogs === undefined || disks === undefined) throw new Error('no source');
    const rest = sources.filter((source) => source !== diskEvents);
    const log = { check: 'removable-media', log: 'x', needs: [disks], eventsOf: () => known([]) };
    // The history asks for the list of logs under the id that it has in the product.
    const history = eventLogHistory({ ...log, source: diskEvents });
    const requests = () => [{ source: eventLogs }, { source: disks }, { source: diskEvents, parameter: '412' }];
    const bookmarkOf = () => '412';
    const ahead = await readAhead(host, [{ sources: rest }], [{ ...history, requests }], bookmarkOf);
    const asked = await ahead.read(diskEvents, '412');
    expect(asked).toMatchObject({ stdout: '<Events/>' });
    await ahead.readAll(rest.map((source) => ({ source })));
    expect(host.started.processes).toBe(1);
    expect(made.asked()[0]?.pieces.length).toBe(sources.length);
  });

  it('is started as it is, with fixed arguments and little of the environment; parameters are data', async () => {
    const made = invented(ANSWER_ALL);
    const { host, named } = machineWith(made);
    const [source] = named('disk-events');
    if (source === undefined) throw new Error('no source');
    await host.readAll([{ source, parameter: '412' }]);
    const [{ args, pieces, env } = { args: [], pieces: [], env: [] }] = made.asked();
    expect(args).toEqual(['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(made.scripts, 'collect.ps1')]);
    expect(pieces[0]).toEqual({ id: 'windows/disk-events', file: 'disk-events.ps1', parameter: '412', limit: 60_000 });
    expect(env).toContain('SystemRoot');
    expect(env).not.toContain('SECRET');
    expect(env).not.toContain('NODE_OPTIONS');
  });

  it.each(['412; exit', "4'", '-1', '', '4 1', '1'.repeat(20)])(
    'is not started for the parameter %j',
    async (parameter) => {
      const { host, named } = machineWith(invented(ANSWER_ALL));
      const requests = named('disk-events').map((source) => ({ source, parameter }));
      expect((await host.readAll(requests)).get('windows/disk-events')).toMatchObject({ reason: 'access-denied' });
      expect(host.started.processes).toBe(0);
    },
  );

  it('tells an error by its id and number, and never its words', async () => {
    const { host, named } = machineWith(
      invented(
        `say({ id: 'windows/disks', ok: false, error: 'HRESULT 0x80041003,Get', hresult: '0x80041003', message: 'Zugriff verweigert' });`,
      ),
    );
    const result = (await host.readAll(named('disks').map((source) => ({ source })))).get('windows/disks');
    expect(result).toMatchObject({ exitCode: 1, stdout: '', stderr: 'HRESULT 0x80041003,Get 0x80041003' });
    expect(jsonOf(result)).toMatchObject({ unknown: 'access-denied' });
  });

  it('keeps what was answered before a piece that never ends', async () => {
    const { host, named } = machineWith(
      invented(`say({ id: 'windows/os', ok: true, data: {} }); setInterval(() => {}, 1000);`),
      1000,
    );
    const results = await host.readAll(named('os', 'missing-updates').map((source) => ({ source })));
    expect(results.get('windows/os')).toMatchObject({ stdout: '{}' });
    expect(results.get('windows/missing-updates')).toMatchObject({ reason: 'timed-out' });
  });

  it('goes on after a piece that was left behind', async () => {
    const { host, named } = machineWith(
      invented(
        `say({ id: 'windows/disks', ok: false, error: 'PieceTimedOut' }); say({ id: 'windows/os', ok: true, data: {} });`,
      ),
    );
    const results = await host.readAll(named('disks', 'os').map((source) => ({ source })));
    expect(jsonOf(results.get('windows/disks'))).toMatchObject({ unknown: 'timed-out' });
    expect(results.get('windows/os')).toMatchObject({ exitCode: 0 });
  });

  it('asks last for what takes long', async () => {
    const made = invented(ANSWER_ALL);
    const { host, sources } = machineWith(made);
    await host.readAll(sources.map((source) => ({ source })));
    expect(made.asked()[0]?.pieces.at(-1)).toMatchObject({ id: 'windows/missing-updates' });
  });
});

describe('scripts that the system does not let run', () => {
  const all = async (body: string) => {
    const { host, sources } = machineWith(invented(body));
    const results = await host.readAll(sources.map((source) => ({ source })));
    return { host, reasons: new Set([...results.values()].map((result) => JSON.stringify(jsonOf(result)))) };
  };
  const POLICY = `process.stderr.write('collect.ps1 kann nicht geladen werden.\\r\\n    + FullyQualifiedErrorId : UnauthorizedAccess\\r\\n'); process.exitCode = 1;`;

  it.each([
    ['Constrained Language Mode', `say({ hindered: 'ConstrainedLanguage' });`, 'blocked', 'constrained-language'],
    ['an execution policy', POLICY, 'blocked', 'scripts-blocked'],
    ['a 32-bit PowerShell', `say({ hindered: 'PowerShell32Bit' });`, 'source-failed', 'powershell-32-bit'],
  ])('are unknown everywhere, and say so once: %s', async (_what, body, reason, hindered) => {
    const { host, reasons } = await all(body);
    expect([...reasons].map((fact) => JSON.parse(fact).unknown)).toEqual([reason]);
    expect(host.hindered?.()).toBe(hindered);
    expect(host.started.processes).toBe(1);
  });

  it('are told of where a single one is not signed', async () => {
    const { host } = await all(`${ANSWER_ALL} say({ id: 'windows/os', ok: false, error: 'ScriptBlocked' });`);
    expect(host.hindered?.()).toBe('scripts-blocked');
  });

  it('are told of where PowerShell is not there', async () => {
    const { host, sources } = machineWith({ ...invented(''), program: join(newFolder(), 'powershell.exe') });
    const results = await host.readAll(sources.map((source) => ({ source })));
    expect(
      [...results.values()].every((result) => result.kind === 'unreadable' && result.reason === 'tool-missing'),
    ).toBe(true);
    expect(host.hindered?.()).toBe('powershell-not-started');
  });
});

const SIGNATURE =
  '\r\n# SIG # Begin signature block\r\n# MIIbVAYJKoZIhvc=\r\n# AQ==\r\n# SIG # End signature block\r\n';

describe('the files of scripts', () => {
  const change = (file: string, by: (text: string) => string) => {
    const made = invented(ANSWER_ALL);
    const path = join(made.scripts, file);
    writeFileSync(path, by(readFileSync(path, 'utf8')));
    return machineWith(made);
  };
  const readTwo = async ({ host, named }: ReturnType<typeof machineWith>) => {
    const results = await host.readAll(named('os', 'disks').map((source) => ({ source })));
    return { os: results.get('windows/os'), disks: results.get('windows/disks') };
  };

  it('may be signed, and may have Windows’ ends of lines', async () => {
    const machine = change('os.ps1', (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}${SIGNATURE}`);
    expect(await readTwo(machine)).toMatchObject({ os: { exitCode: 0 }, disks: { exitCode: 0 } });
    expect(machine.host.hindered?.()).toBeUndefined();
  });

  it.each([
    ['another command', (text: string) => `${text}Get-Date\n`],
    ['something behind the signature', (text: string) => `${text}${SIGNATURE}Get-Date\r\n`],
    ['something within the signature', (text: string) => text + SIGNATURE.replace('# AQ==', 'Get-Date # AQ==')],
    ['nothing left', () => ''],
  ])('are not run with %s; the others are', async (_what, by) => {
    const machine = change('os.ps1', by);
    expect(await readTwo(machine)).toMatchObject({ os: { reason: 'script-changed' }, disks: { exitCode: 0 } });
    expect(machine.host.hindered?.()).toBe('scripts-changed');
  });

  it.each(['collect.ps1', 'common.ps1'])('are none of them run where %s is another', async (file) => {
    const machine = change(file, (text) => `${text}Get-Date\n`);
    expect(await readTwo(machine)).toMatchObject({
      os: { reason: 'script-changed' },
      disks: { reason: 'script-changed' },
    });
    expect(machine.host.started.processes).toBe(0);
  });

  it('are told of where one is missing', async () => {
    const made = invented(ANSWER_ALL);
    rmSync(join(made.scripts, 'os.ps1'));
    const machine = machineWith(made);
    expect(await readTwo(machine)).toMatchObject({ os: { reason: 'script-missing' }, disks: { exitCode: 0 } });
    expect(machine.host.hindered?.()).toBe('scripts-missing');
  });
});

describe('mains power on Windows', () => {
  const powered = (online: boolean) =>
    `for (const { id } of pieces) say({ id, ok: true, data: id === 'windows/power' ? { HasBattery: true, PowerOnline: ${online} } : {} });`;

  it('is told by the same process, whoever asked for what', async () => {
    const { host, named } = machineWith(invented(powered(false)));
    expect(await host.onMainsPower()).toBe(true);
    await host.readAll(named('os').map((source) => ({ source })));
    expect(await host.onMainsPower()).toBe(false);
    expect(host.started.processes).toBe(1);
  });
});
