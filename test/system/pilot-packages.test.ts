import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import nodes from '../../scripts/bundle/nodes.json' with { type: 'json' };
import { sha256Of } from '../../scripts/bundle/published-node.ts';
import { runTool } from '../../scripts/bundle/tool.ts';
import { missingPackages } from '../../scripts/debian-packages.ts';
import { packageMacos } from '../../scripts/package/macos/macos.ts';
import { sourceDate } from '../../scripts/package/source-date.ts';
import { compileService } from '../../scripts/package/windows/service.ts';
import { packageWindows } from '../../scripts/package/windows/windows.ts';
import { signatureOfMachO, signatureOfPe } from '../support/signed.ts';

const root = join(import.meta.dirname, '../..');
const prebuilds = join(root, 'node_modules/better-sqlite3/prebuilds');
const missing = missingPackages(['wixl', 'msitools']);
const why = missing.length === 0 ? '' : ` (skipped: needs the Debian packages ${missing.join(', ')})`;
/** Installing the compiler takes longer than everything here. */
const hasCompiler = missingPackages(['gcc-mingw-w64-x86-64-win32']).length === 0;
const folder = mkdtempSync(join(tmpdir(), 'beadle-pilot-'));
beforeAll(() => void vi.stubEnv('SOURCE_DATE_EPOCH', '1793491200'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const STAND_IN = 'In the place of the service, where it cannot be compiled.';
const compile: typeof compileService = (to) => {
  if (hasCompiler) return compileService(to);
  writeFileSync(to, STAND_IN);
  return [];
};

interface Part {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: unknown;
}
const partsOf = (place: string): readonly Part[] =>
  JSON.parse(readFileSync(join(place, 'sbom.cdx.json'), 'utf8')).components;

/** What must lie beside the bundle of any platform. */
function expectPapers(place: string, node: string): void {
  expect(readFileSync(join(place, 'LICENSE'), 'utf8')).toContain('Apache License');
  const licences = readFileSync(join(place, 'LICENCES.txt'), 'utf8');
  const parts = partsOf(place);
  const titles = parts.map(({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name} ${version}`);
  const told = [...licences.matchAll(/^=+\n(\S+ \S+) \(.*\)\n=+$/gm)].map(([, title]) => title);
  expect(new Set(told)).toEqual(new Set(titles));
  expect(parts.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['better-sqlite3', 'node', 'pino', 'sqlite', 'typebox', 'undici']),
  );
  expect(parts.find(({ name }) => name === 'node')?.hashes).toEqual([{ alg: 'SHA-256', content: node }]);
}

describe.skipIf(missing.length > 0)(`the installer for Windows${why}`, () => {
  let installer: string;
  let place: string;
  beforeAll(async () => {
    installer = await packageWindows(join(folder, 'windows'), compile);
    const files = join(folder, 'files');
    runTool('msiextract', ['-C', files, installer]);
    place = join(files, 'Beadle');
  });
  /** The rows of a table, each by its columns. */
  function rowsOf(table: string): readonly Record<string, string>[] {
    const [names = '', , , ...rows] = runTool('msiinfo', ['export', installer, table]).trimEnd().split(/\r?\n/);
    const columns = names.split('\t');
    return rows.map((row) => Object.fromEntries(row.split('\t').map((cell, at) => [columns[at] ?? '', cell])));
  }
  const valuesOf = (table: string, key: string, value: string) =>
    Object.fromEntries(rowsOf(table).map((row) => [row[key] ?? '', row[value]]));

  it('has Node as it was published, with the whole signature of its makers', () => {
    const path = join(place, 'node.exe');
    expect(sha256Of(path)).toBe(nodes['win32-x64'].sha256);
    const program = readFileSync(path);
    const signature = signatureOfPe(program);
    // The certificates are the end of the file.
    expect((signature?.at ?? 0) + (signature?.bytes ?? 0)).toBe(program.length);
  });

  it('has the agent for Windows, its scripts as they are known to it, and its papers', () => {
    const names = readdirSync(place);
    expect(names).toEqual(expect.arrayContaining(['agent.mjs', 'beadle-agent.cmd', 'beadle-service.exe']));
    expect(sha256Of(join(place, 'better_sqlite3.node'))).toBe(sha256Of(join(prebuilds, 'win32-x64.node')));
    expect(readdirSync(join(place, 'powershell')).length).toBeGreaterThan(25);
    expectPapers(place, nodes['win32-x64'].sha256);
  });

  it('has a service that starts with Windows, is stopped for an upgrade and goes when it is uninstalled', () => {
    expect(rowsOf('ServiceInstall')).toMatchObject([
      { Name: 'BeadleAgent', ServiceType: '16', StartType: '2', StartName: 'LocalSystem' },
    ]);
    // Start when installed (1); stop before (2) and when uninstalled (32), then delete (128).
    expect(rowsOf('ServiceControl')).toMatchObject([
      { Name: 'BeadleAgent', Event: String(1 + 2 + 32 + 128), Wait: '1' },
    ]);
    const [{ Component_: component } = {}] = rowsOf('ServiceInstall');
    const [{ KeyPath: key } = {}] = rowsOf('Component').filter(({ Component }) => Component === component);
    expect(valuesOf('File', 'File', 'FileName')[key ?? '']).toMatch(/beadle-service\.exe$/);
  });

  it('has the service start again after a fault, with few of the rights of the system', () => {
    expect(rowsOf('MsiServiceConfigFailureActions')).toMatchObject([
      { ResetPeriod: '86400', Actions: '1[~]1[~]1', DelayActions: '60000[~]300000[~]900000' },
    ]);
    const { 6: privileges } = valuesOf('MsiServiceConfig', 'ConfigType', 'Argument');
    expect(privileges?.split('[~]')).toEqual([
      'SeChangeNotifyPrivilege',
      'SeImpersonatePrivilege',
      'SeCreateGlobalPrivilege',
    ]);
    const order = rowsOf('InstallExecuteSequence').toSorted((a, b) => Number(a['Sequence']) - Number(b['Sequence']));
    const actions = order.map(({ Action }) => Action).filter((name) => name?.endsWith('Services'));
    expect(actions).toEqual([
      'StopServices',
      'DeleteServices',
      'InstallServices',
      'MsiConfigureServices',
      'StartServices',
    ]);
  });

  it('has folders of data that people cannot change, and keeps the key from them', () => {
    const folders = valuesOf('MsiLockPermissionsEx', 'LockObject', 'SDDLText');
    expect(rowsOf('CreateFolder').map(({ Directory_ }) => Directory_)).toEqual(
      expect.arrayContaining(['DATA', 'KEY', 'ENROLMENT', 'LOG', 'RELEASE']),
    );
    expect(folders['DATA']).toBe('D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)');
    expect(folders['KEY']).toBe('D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)');
    expect(folders['ValueToken']).toBe('D:PAI(A;CI;KA;;;SY)(A;CI;KA;;;BA)');
    expect(valuesOf('Directory', 'Directory', 'Directory_Parent')).toMatchObject({
      PROGRAM: 'ProgramFiles64Folder',
      DATA: 'CommonAppDataFolder',
      KEY: 'DATA',
    });
  });

  it('takes SERVER and TOKEN, writes neither into its log, and nothing where they are not given', () => {
    const properties = valuesOf('Property', 'Property', 'Value');
    expect(properties).toMatchObject({ ALLUSERS: '1', MsiHiddenProperties: 'TOKEN' });
    expect(properties['SecureCustomProperties']?.split(';')).toEqual(expect.arrayContaining(['SERVER', 'TOKEN']));
    expect(Object.keys(properties)).not.toContain('TOKEN');
    expect(valuesOf('Component', 'Component', 'Condition')).toMatchObject({
      SettingServer: 'SERVER',
      SettingToken: 'TOKEN',
    });
  });

  it('replaces every version up to its own, and refuses to replace a later one', () => {
    const { ProductVersion: version, UpgradeCode: code } = valuesOf('Property', 'Property', 'Value');
    expect(rowsOf('Upgrade')).toMatchObject([
      { UpgradeCode: code, VersionMax: version, Attributes: '513', ActionProperty: 'WIX_UPGRADE_DETECTED' },
      { UpgradeCode: code, VersionMin: version, Attributes: '2', ActionProperty: 'WIX_DOWNGRADE_DETECTED' },
    ]);
  });

  it('says that it is for 64-bit Windows, that it is a pilot, and when its sources were made', () => {
    const summary = runTool('msiinfo', ['suminfo', installer], { env: { TZ: 'UTC' } });
    expect(summary).toContain('Template: x64;2057');
    expect(summary).toContain('Pilot: it has not run on real laptops yet.');
    const times = [...summary.matchAll(/^(?:Created|Last saved): (.+)$/gm)].map(([, time]) =>
      Date.parse(`${time} UTC`),
    );
    expect(times).toEqual([sourceDate().getTime(), sourceDate().getTime()]);
  });

  it.runIf(process.env['BEADLE_PACKAGES_TWICE'])('is the same file when it is made again', async () => {
    const again = await packageWindows(join(folder, 'again'), compile);
    expect(sha256Of(again)).toBe(sha256Of(installer));
  });

  const noCompiler = hasCompiler ? '' : ' (skipped: needs the Debian package gcc-mingw-w64-x86-64-win32)';
  it.skipIf(!hasCompiler)(
    `has a service that is compiled without a warning, twice to the same bytes${noCompiler}`,
    () => {
      const again = join(folder, 'again.exe');
      compileService(again);
      expect(sha256Of(again)).toBe(sha256Of(join(place, 'beadle-service.exe')));
      expect(partsOf(place).map(({ name }) => name)).toEqual(
        expect.arrayContaining(['gcc-runtime', 'mingw-w64-runtime']),
      );
    },
  );
});

describe('the archive for Macs', () => {
  let archive: string;
  let listing: string;
  let place: string;
  beforeAll(async () => {
    archive = await packageMacos(join(folder, 'macos'), 1);
    const files = join(folder, 'mac');
    mkdirSync(files);
    listing = runTool('tar', ['-xzvvf', archive, '--full-time', '--utc', '-C', files]);
    place = join(files, readdirSync(files)[0] ?? '');
  });

  it('has Node as it was published, with the whole signature of its makers', () => {
    const path = join(place, 'beadle-agent/node');
    expect(sha256Of(path)).toBe(nodes['darwin-arm64'].sha256);
    const program = readFileSync(path);
    const signature = signatureOfMachO(program);
    expect((signature?.at ?? 0) + (signature?.bytes ?? 0)).toBe(program.length);
  });

  it('has the agent for Macs, whose addon a Mac will load, and its papers', () => {
    const addon = readFileSync(join(place, 'beadle-agent/better_sqlite3.node'));
    expect(addon.equals(readFileSync(join(prebuilds, 'darwin-arm64.node')))).toBe(true);
    expect(signatureOfMachO(addon)).toBeDefined();
    expectPapers(join(place, 'beadle-agent'), nodes['darwin-arm64'].sha256);
  });

  it('is root’s, with what is run runnable and all else only readable, at the time of its sources', () => {
    // Folders are not in the archive: they are made by the way.
    const lines = listing.split('\n').filter((line) => line.startsWith('-'));
    const modes = Object.fromEntries(
      lines.map((line) => [line.replace(/^.*-pilot\//, ''), line.replace(/ +\d+ .*$/, '')]),
    );
    const programs = Object.keys(modes).filter((path) => modes[path]?.startsWith('-rwx'));
    expect(programs.toSorted()).toEqual([
      'beadle-agent/beadle-agent',
      'beadle-agent/node',
      'install.sh',
      'uninstall.sh',
    ]);
    expect(new Set(Object.values(modes))).toEqual(new Set(['-rwxr-xr-x root/wheel', '-rw-r--r-- root/wheel']));
    const at = sourceDate().toISOString().replace('T', ' ').slice(0, 19);
    expect(lines.every((line) => line.includes(at))).toBe(true);
  });

  it.runIf(process.env['BEADLE_PACKAGES_TWICE'])('is the same file when it is made again', async () => {
    expect(sha256Of(await packageMacos(join(folder, 'again'), 1))).toBe(sha256Of(archive));
  });
});
