import { join, win32 } from 'node:path';
import type { Environment, ScriptRunner, ScriptSource, Source } from '../source.ts';
import digests from './powershell/digests.json' with { type: 'json' };

const SYSTEM_ROOT = /^[A-Za-z]:\\[A-Za-z0-9 ._-]{1,60}$/;

/** Where Windows is; it is in `C:\Windows` unless somebody took trouble. */
export function systemRoot({ SystemRoot }: Environment): string {
  return SystemRoot !== undefined && SYSTEM_ROOT.test(SystemRoot) ? SystemRoot : 'C:\\Windows';
}

/** PowerShell 5.1, which every Windows has. A 32-bit Node on a 64-bit Windows gets to the 64-bit one by `Sysnative`. */
export function powershellFiles(environment: Environment): readonly string[] {
  const below = (folder: string) =>
    win32.join(systemRoot(environment), folder, 'WindowsPowerShell\\v1.0\\powershell.exe');
  const isWow64 = environment['PROCESSOR_ARCHITEW6432'] !== undefined;
  return isWow64 ? [below('Sysnative'), below('System32')] : [below('System32')];
}

/** Without these PowerShell does not start, or takes its modules from nowhere. Where modules are it finds by itself. */
const PASSES = ['SystemRoot', 'windir', 'SystemDrive', 'ComSpec', 'TEMP', 'TMP', 'ProgramData', 'ProgramFiles'];

const COLLECT = 'collect.ps1';

/**
 * One process for all that is due. The machine's own execution policy decides whether it may run: nothing here asks for
 * another. `files` are where PowerShell may be, `folder` where the scripts are.
 */
export const powershellRunner = (files: readonly string[], folder: string, root: string): ScriptRunner => ({
  files,
  args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(folder, COLLECT)],
  env: { PATH: win32.join(root, 'System32') },
  passes: PASSES,
  timeLimitMs: 300_000,
  compose: (pieces) =>
    `${JSON.stringify(
      pieces.map(({ id, text, parameter, timeLimitMs }) => ({
        id,
        file: text,
        parameter: parameter ?? null,
        limit: timeLimitMs,
      })),
    )}\n`,
  scripts: { folder, digests, always: [COLLECT, 'common.ps1'] },
  refused: /UnauthorizedAccess|PSSecurityException|ScriptContainedMaliciousContent/,
});

/** Beside this file in the checkout, and beside the bundle. */
export const SCRIPTS_FOLDER = join(import.meta.dirname, 'powershell');

const powershell = powershellRunner(powershellFiles(process.env), SCRIPTS_FOLDER, systemRoot(process.env));

interface Declared extends Omit<Source, 'id' | 'platform' | 'reads'> {
  /** The id without `windows/`, and the script without `.ps1`. */
  readonly name: string;
  /** What the script reads, in words. */
  readonly what: string;
  readonly parameter?: RegExp;
}

/** A source that the script file of its name answers. */
export function windowsSource({ name, what, parameter, ...rest }: Declared): Source {
  const reads: ScriptSource = {
    kind: 'script',
    runner: powershell,
    text: `${name}.ps1`,
    what: `${what} (${name}.ps1)`,
    ...(parameter === undefined ? {} : { parameter }),
  };
  return { id: `windows/${name}`, platform: 'win32', reads, ...rest };
}
