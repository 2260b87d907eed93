import type { Notice, RestrictorDeps, Shown } from '../means.ts';
import { listInhibitors, showNotice } from './session-acts.ts';
import { type Session, sessionsOf } from './sessions.ts';

type Host = Pick<RestrictorDeps['host'], 'act'>;

/** Notification servers take a little markup (the specification of org.freedesktop.Notifications): none of ours is. */
const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** logind's `ListInhibitors`, `a(ssssuu)`: what, who, why, mode, user, process. A person's program keeps the screen on. */
export function isPresenting(json: string): boolean {
  try {
    const { data } = JSON.parse(json) as { data?: unknown };
    const rows = Array.isArray(data) && Array.isArray(data[0]) ? (data[0] as unknown[]) : [];
    return rows.some(
      (row) =>
        Array.isArray(row) &&
        String(row[0]).split(':').includes('idle') &&
        row[3] === 'block' &&
        Number(row[4]) >= 1000,
    );
  } catch {
    return false;
  }
}

async function waits(host: Host): Promise<boolean> {
  const listed = await host.act(listInhibitors);
  return listed.kind === 'output' && listed.exitCode === 0 && isPresenting(listed.stdout);
}

async function showTo(host: Host, session: Session, { title, text, isUrgent }: Notice): Promise<string | undefined> {
  const bus = `DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${session.uid}/bus`;
  const urgency = `--urgency=${isUrgent ? 'critical' : 'normal'}`;
  const shown = await host.act(showNotice, { parameters: [session.name, bus, urgency, title, plain(text)] });
  if (shown.kind === 'unreadable') return `runuser: ${shown.reason}`;
  return shown.exitCode === 0 ? undefined : shown.stderr.split('\n')[0] || `exit code ${shown.exitCode}`;
}

/**
 * By each person's own notification service, which a screen reader reads out and "Do not disturb" holds back into its list.
 * Run as that person, for the moment that it takes: nothing of Beadle's stays in a session.
 */
export async function show(host: Host, notice: Notice): Promise<Shown> {
  const found = await sessionsOf(host);
  if (found.kind !== 'told') return { kind: found.kind === 'missing' ? 'unsupported' : 'failed', observed: found.why };
  const sessions = found.sessions.filter(({ isGraphical }) => isGraphical);
  const people = [...new Map(sessions.map((session) => [session.uid, session])).values()];
  if (people.length === 0) return { kind: 'later', observed: 'nobody is signed in at the screen' };
  if (!notice.isUrgent && (await waits(host))) return { kind: 'later', observed: 'a presentation is on' };
  const faults = (await Promise.all(people.map((person) => showTo(host, person, notice)))).filter(
    (one) => one !== undefined,
  );
  if (faults.length === people.length) return { kind: 'failed', observed: `the notification service: ${faults[0]}` };
  const count = people.length - faults.length;
  return {
    kind: 'shown',
    observed: `the notification service took it, of ${count} ${count === 1 ? 'person' : 'people'} signed in`,
  };
}
