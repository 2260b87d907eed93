import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { iso, REASONS } from '@beadle/shared';
import type { Host, Outputs, SourceResult } from '../host.ts';
import type { Source } from '../source.ts';
import { createPseudonyms, holdsRecoveryKey } from './scrub.ts';

export interface Captured {
  readonly source: Source;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
export interface LeftOut {
  readonly id: string;
  /** A reason of the closed list, or words. */
  readonly reason: string;
}

interface RecordOptions {
  /** Milliseconds since the epoch from which logs may be kept; undefined where the device has never been enrolled. */
  readonly since: number | undefined;
}

const STDERR_CHARACTERS = 500;

/** Without what came before the agent, and without what no collector looks at. */
function kept(source: Source, stdout: string, since: number | undefined): string {
  const logged = source.loggedAfter?.(stdout, since ?? Number.POSITIVE_INFINITY) ?? stdout;
  return source.masked?.(logged) ?? logged;
}

function capture(source: Source, result: SourceResult, options: RecordOptions): Captured | LeftOut {
  const { id } = source;
  if (result.kind === 'unreadable') return { id, reason: result.reason };
  if (source.loggedAfter !== undefined && options.since === undefined)
    return { id, reason: 'a log, of which nothing from before the enrolment is kept' };
  const { exitCode } = result;
  const stderr = result.stderr.trim().slice(0, STDERR_CHARACTERS);
  let stdout: string;
  try {
    stdout = result.stdout === '' ? '' : kept(source, result.stdout, options.since);
  } catch {
    return { id, reason: 'not-understood' };
  }
  return holdsRecoveryKey(`${stdout}\n${stderr}`)
    ? { id, reason: 'it held a recovery key' }
    : { source, exitCode, stdout, stderr };
}

/** What a recording keeps of each result, and what it leaves out. */
export function captureAll(sources: readonly Source[], outputs: Outputs, options: RecordOptions) {
  const pseudonymous = createPseudonyms();
  const captured: Captured[] = [];
  const leftOut: LeftOut[] = [];
  for (const source of sources) {
    const result = outputs.get(source.id);
    const one = result === undefined ? { id: source.id, reason: 'source-missing' } : capture(source, result, options);
    if ('reason' in one) leftOut.push(one);
    else captured.push({ ...one, stdout: pseudonymous(one.stdout), stderr: pseudonymous(one.stderr) });
  }
  return { captured, leftOut };
}

export const reasonInWords = ({ reason }: LeftOut): string =>
  Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : reason;

const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/^\s*[[{]/, 'json'],
  [/^\s*<\?xml[^]*<plist/, 'plist'],
  [/^\s*</, 'xml'],
];

const fileOf = ({ source, stdout }: Captured): string =>
  `${source.id.slice(source.id.indexOf('/') + 1)}.${ENDINGS.find(([form]) => form.test(stdout))?.[1] ?? 'txt'}`;

/** True where the folder is new or empty. */
export function isFree(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/** Writes a recording that only its maker may read. `facts` is what the server knows of the device. */
export function writeRecording(
  folder: string,
  about: Pick<Host, 'platform' | 'release' | 'clock'> & { readonly hostname: string; readonly facts: object },
  { captured, leftOut }: ReturnType<typeof captureAll>,
): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600, flag: 'wx' });
  for (const one of captured) write(fileOf(one), one.stdout);
  const sources = captured.map((one) => ({
    id: one.source.id,
    file: fileOf(one),
    exitCode: one.exitCode,
    ...(one.stderr === '' ? {} : { stderr: one.stderr }),
  }));
  const { platform, release, hostname, facts, clock } = about;
  const recordedAt = iso(clock.now());
  const document = { beadleRecording: 1, platform, release, recordedAt, hostname, facts, sources, leftOut };
  write('recording.json', `${JSON.stringify(document, null, 2)}\n`);
}
