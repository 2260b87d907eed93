import type { Hindrance } from '@beadle/shared';
import type { SourceResult } from './host.ts';

/** What collect.ps1 or the runner say on standard error of a piece that was not let run. */
const OF_CODE: readonly (readonly [string, Hindrance])[] = [
  ['ConstrainedLanguage', 'constrained-language'],
  ['ScriptBlocked', 'scripts-blocked'],
  ['PowerShell32Bit', 'powershell-32-bit'],
];

function hindranceOf(result: SourceResult): Hindrance | undefined {
  if (result.kind === 'output')
    return result.exitCode === 0 ? undefined : OF_CODE.find(([code]) => result.stderr === code)?.[1];
  if (result.reason === 'script-changed') return 'scripts-changed';
  return result.reason === 'script-missing' ? 'scripts-missing' : undefined;
}

const didNotStart = (result: SourceResult): boolean =>
  result.kind === 'unreadable' && (result.reason === 'tool-missing' || result.reason === 'access-denied');

/** Why scripts could not be run, from what became of all that one process was asked for; ICT can mend each. */
export function hindranceIn(results: readonly SourceResult[]): Hindrance | undefined {
  const found = results.map(hindranceOf).find((one) => one !== undefined);
  if (found !== undefined || results.length === 0) return found;
  return results.every(didNotStart) ? 'powershell-not-started' : undefined;
}
