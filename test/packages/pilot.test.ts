import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'fast-plist';
import { describe, expect, it } from 'vitest';
import { run } from '../../packages/agent/src/cli/run.ts';
import { AGENT_ENVIRONMENT, launcher, NODE_FLAGS } from '../../scripts/bundle/launcher.ts';
import { guidOf } from '../../scripts/package/windows/guid.ts';
import { productSource } from '../../scripts/package/windows/product.ts';
import { header, RUN_ARGUMENTS } from '../../scripts/package/windows/service.ts';
import { withTime } from '../../scripts/package/windows/summary.ts';
import { PERMISSIONS, TABLES, tableText } from '../../scripts/package/windows/tables.ts';

const macos = join(import.meta.dirname, '../../scripts/package/macos');
const plist = (name: string): Record<string, unknown> =>
  parse(readFileSync(join(macos, `${name}.plist`), 'utf8')) as Record<string, unknown>;

describe('the package for macOS', () => {
  it('has launchd keep the agent running, below what a person is waiting for', () => {
    expect(plist('beadle-agent')).toEqual({
      Label: 'beadle-agent',
      ProgramArguments: ['/opt/beadle-agent/beadle-agent', 'run', '--enrolment', '/etc/beadle-agent/enrolment'],
      WorkingDirectory: '/',
      RunAtLoad: true,
      KeepAlive: true,
      ThrottleInterval: 30,
      ExitTimeOut: 20,
      ProcessType: 'Background',
      Nice: 10,
      LowPriorityIO: true,
      Umask: 0o022,
      StandardErrorPath: '/Library/Logs/Beadle/agent.log',
    });
  });

  it('has launchd put what ICT has restricted in force once at each start', () => {
    expect(plist('beadle-agent-hold')).toMatchObject({
      ProgramArguments: ['/opt/beadle-agent/beadle-agent', 'hold'],
      RunAtLoad: true,
      LaunchOnlyOnce: true,
    });
  });

  it.each(['install.sh', 'uninstall.sh'])('has in %s what a plain sh understands', (name) => {
    const path = join(macos, name);
    expect(spawnSync('sh', ['-n', path], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(path, 'utf8')).toMatch(/^#!\/bin\/sh\n/);
  });

  it.each(['install.sh', 'uninstall.sh'])('does nothing with %s on another system', (name) => {
    const { status, stderr } = spawnSync('sh', [join(macos, name)], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/not a Mac|as root/)]);
  });
});

describe('the launchers', () => {
  it('are of the same flags everywhere, and pass on no settings of Node', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const { text } = launcher(platform);
      expect(text).toContain(NODE_FLAGS.join(' '));
      expect(text).toMatch(/NODE_OPTIONS/);
    }
    expect(launcher('darwin')).toEqual(launcher('linux'));
    expect(launcher('win32').name).toBe('beadle-agent.cmd');
  });

  it('are given by each service what the agent takes', () => {
    const given = [...RUN_ARGUMENTS, ...(plist('beadle-agent')['ProgramArguments'] as readonly string[])];
    const options = given.filter((argument) => argument.startsWith('--'));
    expect(new Set(options)).toEqual(new Set(['--until-input-ends', '--enrolment']));
    for (const option of options) expect(run.synopsis).toContain(option);
  });

  it('are what the service of Windows does itself', () => {
    expect(header()).toContain(`#define NODE_FLAGS L"${NODE_FLAGS.join(' ')}"`);
    expect(header()).toContain(`#define RUN_ARGUMENTS L"${RUN_ARGUMENTS.join(' ')}"`);
    expect(header()).toMatch(/^#define REFUSED_VARIABLES L"NODE_OPTIONS", L"NODE_PATH", /m);
    const child = readFileSync(join(import.meta.dirname, '../../scripts/package/windows/service/child.c'), 'utf8');
    expect(child).toContain(
      `SetEnvironmentVariableW(L"UV_THREADPOOL_SIZE", L"${AGENT_ENVIRONMENT.UV_THREADPOOL_SIZE}")`,
    );
  });
});

describe('the package for Windows', () => {
  it('has ids that are the same in each build, and their own for each thing', () => {
    expect(guidOf('agent for windows')).toBe(guidOf('agent for windows'));
    expect(guidOf('a')).toMatch(/^\{[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\}$/);
    expect(guidOf('a')).not.toBe(guidOf('b'));
  });

  it('has the upgrade code that every version of it must have', () => {
    const source = productSource({ code: guidOf('x'), files: ['node.exe', 'powershell/os.ps1'] });
    expect(source).toContain('UpgradeCode="{790A2403-A800-8D6F-9120-702F9FFB2C2D}"');
    expect(source).toContain('Source="powershell/os.ps1"');
  });

  it('lets nobody but the system and its administrators change the data, or read the key', () => {
    const others = (sddl: string): readonly string[] =>
      (sddl.match(/\([^)]*\)/g) ?? []).filter((ace) => !/;;;(SY|BA)\)/.test(ace));
    expect(Object.values(PERMISSIONS).every((sddl) => sddl.startsWith('D:PAI('))).toBe(true);
    expect([others(PERMISSIONS.KEY), others(PERMISSIONS.ENROLMENT), others(PERMISSIONS.LOG)]).toEqual([[], [], []]);
    expect(others(PERMISSIONS.DATA)).toEqual(['(A;OICI;0x1200a9;;;BU)']);
    expect(others(PERMISSIONS.RELEASE)).toEqual(['(A;;0x1000a2;;;BU)', '(A;OIIO;FA;;;CO)']);
  });

  it('writes its tables in the form that msibuild imports', () => {
    const permissions = TABLES.find(({ name }) => name === 'MsiLockPermissionsEx');
    const lines = permissions === undefined ? [] : tableText(permissions).split('\r\n');
    expect(lines.slice(0, 3)).toEqual([
      'MsiLockPermissionsEx\tLockObject\tTable\tSDDLText\tCondition',
      's72\ts72\ts32\ts0\tS255',
      'MsiLockPermissionsEx\tMsiLockPermissionsEx',
    ]);
    for (const { columns, rows } of TABLES)
      for (const row of rows) expect(row).toHaveLength(Object.keys(columns).length);
  });
});

describe('the summary of the installer', () => {
  const written = (...times: readonly bigint[]): Buffer =>
    Buffer.concat([
      Buffer.from('something before it'),
      Buffer.from('e0859ff2f94f6810ab9108002b27b3d9', 'hex'),
      ...times.flatMap((time) => {
        const value = Buffer.from('400000000000000000000000', 'hex');
        value.writeBigUInt64LE(time, 4);
        return [Buffer.from('words between'), value];
      }),
      Buffer.from('something behind it'),
    ]);
  const now = 134_085_000_000_000_000n;

  it('has the time of the sources twice, and nothing else is changed', () => {
    // The first second of 1970, in units of 100 ns since 1601 (MS-DTYP, 2.3.3).
    const at = 116_444_736_000_000_000n;
    expect(withTime(written(now, now + 5n), new Date(0))).toEqual(written(at, at));
  });

  it.each([[[]], [[now]], [[now, now, now]]])('is refused where it is not as expected', (times) => {
    expect(() => withTime(written(...times), new Date(0))).toThrow('2 were expected');
  });
});
