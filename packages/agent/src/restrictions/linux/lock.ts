import { watch } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { coalesce } from '../../watch/coalesce.ts';
import { keepTrying } from '../../watch/repeat.ts';
import type { Act } from '../../host/act.ts';
import type { Means, Observed, RestrictorDeps } from '../means.ts';
import { endSession, lockSession } from './session-acts.ts';
import { inWords, type Session, type Sessions, sessionsOf } from './sessions.ts';

/** logind keeps a file of each session, written anew when it is locked or unlocked. */
const SESSIONS = '/run/systemd/sessions';
const LOOKS = 20;
const LOOK_EVERY_MS = 150;

interface Way {
  readonly act: Act;
  /** Not yet as it is to be. */
  readonly isOpen: (session: Session) => boolean;
  /** What is so of all that are as they are to be. */
  readonly done: (all: readonly Session[], before: number) => string;
  readonly notDone: string;
}

const LOCK: Way = {
  act: lockSession,
  isOpen: ({ isLocked }) => !isLocked,
  done: (all) => `locked, as the desktop itself says: ${all.map(inWords).join(', ')}`,
  notDone: 'asked to lock, and does not say that it is locked',
};
const END: Way = {
  act: endSession,
  isOpen: () => true,
  done: (_, before) => (before === 0 ? '' : 'everybody has been signed out'),
  notDone: 'asked to end, and is still there',
};

const NOBODY = 'nobody is signed in; each sign-in is seen to as it comes';

function unusable(sessions: Exclude<Sessions, { kind: 'told' }>): Observed {
  return { effect: sessions.kind === 'missing' ? 'unsupported' : 'failed', observed: sessions.why };
}

/** Asks each open session, and looks until all are as they are to be, or for three seconds. */
async function seeTo(host: RestrictorDeps['host'], way: Way): Promise<Observed> {
  const before = await sessionsOf(host);
  if (before.kind !== 'told') return unusable(before);
  const open = before.sessions.filter(way.isOpen);
  await Promise.all(open.map(({ id }) => host.act(way.act, { parameters: [id] })));
  let now: Sessions = before;
  for (let count = 0; count < LOOKS && open.length > 0; count += 1) {
    now = await sessionsOf(host);
    if (now.kind !== 'told' || !now.sessions.some(way.isOpen)) break;
    await delay(LOOK_EVERY_MS);
  }
  if (now.kind !== 'told') return unusable(now);
  const left = now.sessions.filter(way.isOpen);
  if (left.length > 0) return { effect: 'failed', observed: `${left.map(inWords).join(', ')}: ${way.notDone}` };
  const words = now.sessions.length === 0 && way === LOCK ? '' : way.done(now.sessions, before.sessions.length);
  return { effect: 'in-force', observed: words === '' ? NOBODY : words };
}

async function watchSessions(changed: () => void, signal: AbortSignal): Promise<void> {
  const hint = coalesce(changed, signal, { after: 100 });
  await keepTrying(async () => {
    for await (const _event of watch(SESSIONS, { signal, persistent: false })) hint();
  }, signal);
}

const sessionMeans = ({ host }: RestrictorDeps, way: Way, lifted: string): Means => ({
  hold: () => seeTo(host, way),
  lift: () => Promise.resolve({ effect: 'lifted', observed: lifted }),
  watch: watchSessions,
});

/** Each session, again whenever one is opened: whoever is called to account may not go on working. Root's is left. */
export const lock = (deps: RestrictorDeps): Means =>
  sessionMeans(deps, LOCK, 'no session is locked any more by Beadle; each opens with its own password');

export const signOut = (deps: RestrictorDeps): Means => sessionMeans(deps, END, 'people can sign in again');
