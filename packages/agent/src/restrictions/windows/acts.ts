import { join, win32 } from 'node:path';
import type { Act, CommandAct } from '../../host/act.ts';
import { powershellFiles, systemRoot } from '../../sources/windows/powershell.ts';
import digests from './powershell/digests.json' with { type: 'json' };

/** Beside this file in the checkout, and beside the bundle. */
export const ACT_SCRIPTS = join(import.meta.dirname, 'powershell');

/** As of the sources' runner: without these PowerShell does not start. */
const PASSES = ['SystemRoot', 'windir', 'SystemDrive', 'ComSpec', 'TEMP', 'TMP', 'ProgramData', 'ProgramFiles'];
const root = systemRoot(process.env);
const system = (file: string) => [win32.join(root, 'System32', file)];

interface Declared {
  readonly kind: Act['kind'];
  readonly why: string;
}

const base = { platform: 'win32', timeLimitMs: 60_000, outputLimitBytes: 262_144 } as const;
const environment = { env: { PATH: win32.join(root, 'System32') }, passes: PASSES };

/** A script of the folder of acts, run only as it was when the agent was built, or signed. */
function script(name: keyof typeof digests, { input, ...rest }: Declared & { readonly input?: string }): Act {
  const does: CommandAct = {
    kind: 'command',
    files: powershellFiles(process.env),
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(ACT_SCRIPTS, name)],
    ...environment,
    ...(input === undefined ? {} : { input }),
    script: { folder: ACT_SCRIPTS, name, digest: digests[name] },
  };
  return { id: `windows/act-${name.replace('.ps1', '')}`, ...base, ...rest, does };
}

function program(name: string, args: CommandAct['args'], rest: Declared): Act {
  const does: CommandAct = { kind: 'command', files: system(`${name}.exe`), args, ...environment };
  return { id: `windows/act-${name}`, ...base, ...rest, does };
}

const SESSION = /\d{1,5}/;

export const setRules = script('isolate.ps1', {
  kind: 'acts',
  input: 'what is blocked, as JSON',
  why: 'Cuts an isolated laptop off from everything but the council’s server, by firewall rules in a group of its own.',
});
export const lookAtRules = script('isolate-look.ps1', {
  kind: 'looks',
  why: 'Sees that an isolated laptop is cut off, and that nobody has changed that.',
});
export const dropRules = script('isolate-away.ps1', {
  kind: 'acts',
  why: 'Gives the network back when isolation ends. No other rule is touched.',
});
export const lookAtSessions = script('sessions.ps1', {
  kind: 'looks',
  why: 'Sees in which sessions people are signed in, and whether the sign-in screen is on, while an order holds.',
});
export const denyMedia = script('media.ps1', {
  kind: 'acts',
  input: 'deny or allow',
  why: 'Has Windows deny memory sticks and cards while media are blocked, and sets back what was there before.',
});
export const lookAtMedia = script('media-look.ps1', {
  kind: 'looks',
  why: 'Sees whether memory sticks can still be read. Not what is on them.',
});
export const lockSession = program('tsdiscon', [SESSION], {
  kind: 'acts',
  why: 'Brings the sign-in screen up, while an order to lock holds. Nothing that is open is lost.',
});
export const endSession = program('logoff', [SESSION], {
  kind: 'acts',
  why: 'Signs a person out, while an order to sign out holds.',
});
export const showMessage = program('msg', [SESSION, /[^\p{Cc}]{1,2000}/u], {
  kind: 'acts',
  why: 'Shows you a message from ICT, or why the laptop is restricted and whom to call.',
});

/** Everything that the agent may change on Windows, and how it looks at what came of it. */
export const WINDOWS_ACTS: readonly Act[] = [
  setRules,
  lookAtRules,
  dropRules,
  denyMedia,
  lookAtMedia,
  lookAtSessions,
  lockSession,
  endSession,
  showMessage,
];
