import type { SourceResult } from '../../host/host.ts';
import type { RestrictorDeps } from '../means.ts';
import { listSessions, showSession } from './session-acts.ts';

/** A session of a person, as logind has it. */
export interface Session {
  readonly id: string;
  readonly name: string;
  readonly uid: number;
  readonly isGraphical: boolean;
  /** As the desktop itself has said; a desktop that says nothing counts as unlocked. */
  readonly isLocked: boolean;
  /** `wayland`, `x11`, `tty`. */
  readonly type: string;
  readonly desktop: string;
}

const GRAPHICAL = new Set(['x11', 'wayland', 'mir']);
const lines = (text: string) => text.split('\n').map((line) => line.trim());

/** The ids of `loginctl list-sessions --no-legend`. */
export const idsIn = (text: string): readonly string[] =>
  lines(text)
    .map((line) => line.split(/\s+/)[0] ?? '')
    .filter((id) => /^[A-Za-z0-9]{1,20}$/.test(id));

/** Undefined where it is none of a person's: a login screen, a service, or root, by whom ICT repairs a laptop. */
export function sessionIn(text: string): Session | undefined {
  const fields = new Map(
    lines(text).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const of = (name: string) => fields.get(name) ?? '';
  const uid = Number(of('User') || Number.NaN);
  if (of('Class') !== 'user' || of('State') === 'closing' || !(uid > 0)) return undefined;
  const type = of('Type');
  return {
    id: of('Id'),
    name: of('Name'),
    uid,
    type,
    isGraphical: GRAPHICAL.has(type),
    isLocked: of('LockedHint') === 'yes',
    desktop: of('Desktop'),
  };
}

export type Sessions =
  | { readonly kind: 'told'; readonly sessions: readonly Session[] }
  | { readonly kind: 'missing' | 'failed'; readonly why: string };

const worked = (result: SourceResult) => result.kind === 'output' && result.exitCode === 0;

/** The sessions of people, by loginctl. One that ends while they are looked at is left out. */
export async function sessionsOf(host: Pick<RestrictorDeps['host'], 'act'>): Promise<Sessions> {
  const listed = await host.act(listSessions);
  if (listed.kind === 'unreadable')
    return { kind: listed.reason === 'tool-missing' ? 'missing' : 'failed', why: `loginctl: ${listed.reason}` };
  if (!worked(listed)) return { kind: 'failed', why: `loginctl: ${listed.stderr.split('\n')[0]}` };
  const shown = await Promise.all(idsIn(listed.stdout).map((id) => host.act(showSession, { parameters: [id] })));
  const sessions = shown.flatMap((result) =>
    result.kind === 'output' && worked(result) ? [sessionIn(result.stdout)] : [],
  );
  return { kind: 'told', sessions: sessions.filter((one) => one !== undefined) };
}

export const inWords = ({ id, type, desktop }: Session): string =>
  `session ${id} (${[type, desktop].filter((one) => one !== '').join(', ')})`;
