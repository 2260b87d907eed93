import type { ScriptSource, ScriptRunner, Source } from '../source.ts';

/** PowerShell 5.1, which every Windows has. One process answers all that is due. */
const powershell: ScriptRunner = {
  files: ['C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
  args: [],
  timeLimitMs: 180_000,
  compose: (pieces) => JSON.stringify(pieces.map(({ id, parameter }) => ({ id, parameter: parameter ?? null }))),
};

interface Declared extends Omit<Source, 'id' | 'platform' | 'reads'> {
  /** The id without `windows/`, and the script without `.ps1`. */
  readonly name: string;
  /** What the script reads, in words. */
  readonly what: string;
  readonly parameter?: ScriptSource['parameter'];
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
