import { setTimeout as delay } from 'node:timers/promises';
import type { Act } from '../host/act.ts';
import type { Means, Notice, Observed, Restrictor, RestrictorDeps, Shown } from './means.ts';
import { reachOf } from './reachable.ts';
import * as acts from './windows/acts.ts';
import { fieldsOf, listOf, whyOf } from './windows/json.ts';
import { blockRules } from './windows/rules.ts';

type Host = Pick<RestrictorDeps['host'], 'act'>;

const failed = (observed: string): Observed => ({ effect: 'failed', observed });
const LOOKS = 10;
const LOOK_EVERY_MS = 500;

function isolate(deps: RestrictorDeps): Means {
  const { host } = deps;
  let last: { readonly rules: string; readonly names: string } | undefined;
  const look = async () => fieldsOf(await host.act(acts.lookAtRules));
  return {
    async hold(restrictions) {
      const reach = await reachOf(deps, restrictions);
      if (reach === undefined) return failed('the address of the server is not known: nothing is cut off');
      const rules = blockRules(reach.reachable, reach.needsNames);
      const text = JSON.stringify(rules);
      const words = `Windows’ firewall blocks all but ${reach.reachable.map(({ address, port }) => `${address} port ${port}`).join(', ')}`;
      const isSame = last?.rules === text;
      if (isSame && String(listOf((await look())?.['names'])) === last?.names)
        return { effect: 'in-force', observed: words };
      const set = await host.act(acts.setRules, { input: text });
      const seen = await look();
      if (seen === undefined) return failed(`the rules could not be looked at: ${whyOf(set)}`);
      const off = listOf(seen['profilesOff']).map(String);
      if (off.length > 0) return failed(`the firewall is off, or takes no local rules, for: ${off.join(', ')}`);
      if (seen['blocking'] !== rules.length)
        return failed(`${String(seen['blocking'])} of ${rules.length} rules are in force`);
      last = { rules: text, names: String(listOf(seen['names'])) };
      return { effect: 'in-force', observed: words, putBack: isSame };
    },
    async lift() {
      last = undefined;
      const away = await host.act(acts.dropRules);
      return (await look())?.['blocking'] === 0
        ? { effect: 'lifted', observed: 'the rules are gone: the network is as it was before' }
        : failed(`the rules could not be taken away: ${whyOf(away)}`);
    },
  };
}

function blockMedia({ host }: RestrictorDeps): Means {
  const look = async () => fieldsOf(await host.act(acts.lookAtMedia));
  return {
    async hold() {
      if ((await look())?.['denied'] !== true) await host.act(acts.denyMedia, { input: 'deny' });
      const seen = await look();
      if (seen?.['denied'] !== true) return failed('Windows does not deny removable storage');
      const open = listOf(seen['open']).map(String);
      return open.length > 0
        ? failed(`denied, and still open until pulled out or restarted: ${open.join(', ')}`)
        : { effect: 'in-force', observed: 'Windows denies all removable storage, and none can be read' };
    },
    async lift() {
      const set = await host.act(acts.denyMedia, { input: 'allow' });
      return set.kind === 'output' && set.exitCode === 0
        ? { effect: 'lifted', observed: 'the policy is as it was before' }
        : failed(`the policy could not be set back: ${whyOf(set)}`);
    },
  };
}

interface People {
  readonly people: readonly string[];
  readonly isSignInOn: boolean;
}

async function peopleOn(host: Host): Promise<People | undefined> {
  const seen = fieldsOf(await host.act(acts.lookAtSessions));
  if (seen === undefined) return undefined;
  return { people: listOf(seen['people']).map(String), isSignInOn: listOf(seen['locked']).length > 0 };
}

interface Way {
  readonly act: Act;
  readonly isDone: (seen: People) => boolean;
  readonly done: string;
  readonly notDone: string;
}

const LOCK: Way = {
  act: acts.lockSession,
  isDone: ({ people, isSignInOn }) => people.length === 0 || isSignInOn,
  done: 'the sign-in screen is on',
  notDone: 'the sign-in screen did not come on',
};
const END: Way = {
  act: acts.endSession,
  isDone: ({ people }) => people.length === 0,
  done: 'everybody has been signed out',
  notDone: 'somebody is still signed in',
};

const sessions = ({ host }: RestrictorDeps, way: Way): Means => ({
  async hold() {
    let seen = await peopleOn(host);
    if (seen === undefined) return failed('the sessions could not be looked at');
    if (seen.people.length === 0) return { effect: 'in-force', observed: 'nobody is signed in' };
    if (!way.isDone(seen)) await Promise.all(seen.people.map((id) => host.act(way.act, { parameters: [id] })));
    for (let count = 0; count < LOOKS && !way.isDone(seen); count += 1) {
      await delay(LOOK_EVERY_MS);
      seen = (await peopleOn(host)) ?? seen;
    }
    return way.isDone(seen) ? { effect: 'in-force', observed: way.done } : failed(way.notDone);
  },
  lift: () => Promise.resolve({ effect: 'lifted', observed: 'people can sign in again' }),
});

async function show(host: Host, { title, text }: Notice): Promise<Shown> {
  const people = (await peopleOn(host))?.people ?? [];
  if (people.length === 0) return { kind: 'later', observed: 'nobody is signed in' };
  const words = `${title}. ${text.replaceAll('\n', ' ')}`.slice(0, 2000);
  const shown = await Promise.all(people.map((id) => host.act(acts.showMessage, { parameters: [id, words] })));
  const isShown = shown.some((result) => result.kind === 'output' && result.exitCode === 0);
  return isShown
    ? { kind: 'shown', observed: 'Windows has put it on the screen' }
    : { kind: 'failed', observed: shown[0] === undefined ? 'nobody is there' : `msg.exe: ${whyOf(shown[0])}` };
}

/** Not yet run on a real Windows: see docs/decisions/0042-orders-on-the-device.md. */
export const windowsRestrictor = (deps: RestrictorDeps): Restrictor => ({
  means: {
    isolate: isolate(deps),
    'block-removable-media': blockMedia(deps),
    lock: sessions(deps, LOCK),
    'sign-out': sessions(deps, END),
    'lost-mode': sessions(deps, LOCK),
  },
  show: (notice) => show(deps.host, notice),
});
