import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { enclosure, power } from '../../src/sources/macos/identity.ts';
import { idle, NOBODY_SIGNED_IN, screenLock } from '../../src/sources/macos/session.ts';
import type { Source } from '../../src/sources/source.ts';

// No Mac can be had here: the scripts run in this machine's shell, with small stand-ins for Apple's programs.
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

const textOf = ({ reads }: Source): string =>
  reads.kind === 'script' ? reads.text : reads.kind === 'command' ? (reads.args[1] ?? '') : '';

const REAL = new Set(['awk', 'sed', 'head']);

/** Runs a source's script with each of Apple's programs replaced by a line of shell; one that is not named fails. */
function run(source: Source, programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-macos-'));
  folders.push(folder);
  const text = textOf(source).replaceAll(/(?<![\w/'$])\/(?:usr\/|s?bin\/)[a-z/]*?([a-z_]+)(?=[\s)])/g, (path) => {
    const name = basename(path);
    if (REAL.has(name)) return name;
    writeFileSync(join(folder, name), `#!/bin/sh\n${programs[name] ?? 'exit 127'}\n`);
    chmodSync(join(folder, name), 0o700);
    return join(folder, name);
  });
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', text], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** `stat -f %u` and `%Su` of the console. */
const console = (uid: number, name: string) => `case $2 in %u) echo ${uid} ;; *) echo ${name} ;; esac`;
const AS_ROOT = {
  id: 'echo 0',
  stat: console(501, 'ann'),
  launchctl: '[ "$1" = asuser ] && [ "$2" = 501 ] && shift 2 && exec "$@"',
  sudo: '[ "$1 $2 $3 $4" = "-n -H -u #501" ] && shift 4 && exec "$@"',
};
const PMSET = `printf 'Battery Power:\\n displaysleep         2\\n sleep 1\\nAC Power:\\n displaysleep         10\\n'`;
const defaults = (answers: Readonly<Record<string, string>>) =>
  `case "$*" in ${Object.entries(answers)
    .map(([args, value]) => `'${args}') echo ${value} ;;`)
    .join(' ')} *) exit 1 ;; esac`;
const OWN = '-currentHost read com.apple.screensaver idleTime';

describe('the scripts for a person’s own settings on macOS', () => {
  it('ask as the person at the screen, and leave the answer where it comes', () => {
    const sysadminctl = 'echo "screenLock delay is immediate" >&2';
    expect(run(screenLock, { ...AS_ROOT, sysadminctl })).toEqual({
      status: 0,
      stdout: '',
      stderr: 'screenLock delay is immediate\n',
    });
  });

  it('need nobody’s help where the agent is that person', () => {
    const programs = { id: 'echo 501', stat: console(501, 'ann'), sysadminctl: 'echo "screenLock is off" >&2' };
    expect(run(screenLock, programs)).toMatchObject({ status: 0, stderr: 'screenLock is off\n' });
  });

  it.each([
    ['the login window is on the screen', { id: 'echo 0', stat: console(0, 'root') }],
    ['the setup assistant is on the screen', { id: 'echo 0', stat: console(248, '_mbsetupuser') }],
    ['somebody else is at the screen, and the agent is not root', { id: 'echo 502', stat: console(501, 'ann') }],
  ])('say that nobody can be asked where %s', (_where, programs) => {
    expect(run(screenLock, programs).status).toBe(NOBODY_SIGNED_IN);
    expect(run(idle, programs)).toMatchObject({ status: 0, stdout: '{"Session":null}' });
  });

  it('take the longer time of the two kinds of power', () => {
    const told = run(idle, { ...AS_ROOT, pmset: PMSET, defaults: defaults({ [OWN]: '300' }) });
    expect(JSON.parse(told.stdout)).toEqual({ IdleTime: 300, DisplaySleepMinutes: 10 });
  });

  it('take never for the longest time', () => {
    const pmset = `printf ' displaysleep 0\\n displaysleep 5\\n'`;
    expect(JSON.parse(run(idle, { ...AS_ROOT, pmset, defaults: defaults({ [OWN]: '0' }) }).stdout)).toEqual({
      IdleTime: 0,
      DisplaySleepMinutes: 0,
    });
  });

  it('take what a profile sets for this person, then for everybody, then the person’s own', () => {
    const managed = 'read /Library/Managed Preferences';
    const all = {
      [OWN]: '1200',
      [`${managed}/com.apple.screensaver idleTime`]: '600',
      [`${managed}/ann/com.apple.screensaver idleTime`]: '240',
    };
    const idleOf = (answers: Readonly<Record<string, string>>) =>
      JSON.parse(run(idle, { ...AS_ROOT, pmset: PMSET, defaults: defaults(answers) }).stdout) as { IdleTime: unknown };
    expect(idleOf(all).IdleTime).toBe(240);
    expect(idleOf({ [OWN]: '1200', [`${managed}/com.apple.screensaver idleTime`]: '600' }).IdleTime).toBe(600);
    expect(idleOf({ [OWN]: '1200' }).IdleTime).toBe(1200);
    expect(idleOf({}).IdleTime).toBe(null);
    expect(idleOf({ [OWN]: 'soon' }).IdleTime).toBe(null);
  });
});

describe('the script for the case of a Mac', () => {
  const ioreg = (battery: string) => `case "$*" in
    *IOPlatformExpertDevice) printf '  | {\\n      "IOPlatformSerialNumber" = "INVMAC0001"\\n      "model" = <"MacBookPro18,3">\\n  }\\n' ;;
    *) printf '${battery}' ;; esac`;

  it.each([
    ['a laptop where there is a battery', '      "BatteryInstalled" = Yes\\n', 9],
    ['a desktop where there is none', '', 3],
  ])('tells of %s', (_what, battery, type) => {
    const { stdout } = run(enclosure, { ioreg: ioreg(battery) });
    expect(JSON.parse(stdout)).toEqual({ SerialNumber: 'INVMAC0001', Model: 'MacBookPro18,3', ChassisTypes: [type] });
  });

  it('prints nothing that could be taken for more than a number', () => {
    const odd = `printf '      "IOPlatformSerialNumber" = "A","x":"B"\\n'`;
    expect(JSON.parse(run(enclosure, { ioreg: odd }).stdout)).toMatchObject({ SerialNumber: '' });
  });
});

describe('mains power on macOS', () => {
  const told = (registry: string) => run(power, { ioreg: `echo '${registry}'` }).stdout;

  it('is what the battery says of what it is plugged into, where there is one', () => {
    expect(told('      "ExternalConnected" = Yes')).toBe('{"HasBattery":true,"PowerOnline":true}');
    expect(told('      "ExternalConnected" = No')).toBe('{"HasBattery":true,"PowerOnline":false}');
    expect(told('')).toBe('{"HasBattery":false,"PowerOnline":null}');
  });
});
