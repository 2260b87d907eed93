import { setTimeout as delay } from 'node:timers/promises';
import type { Act } from '../host/act.ts';
import type { SourceResult } from '../host/host.ts';
import * as acts from './macos/acts.ts';
import { type Person, peopleIn } from './macos/people.ts';
import { anchorOf, dropsAll } from './macos/rules.ts';
import {
  type Means,
  type Notice,
  type Observed,
  type Restrictor,
  type RestrictorDeps,
  type Shown,
  unsupported,
} from './means.ts';
import { reachOf } from './reachable.ts';

type Host = Pick<RestrictorDeps['host'], 'act'>;

const failed = (observed: string): Observed => ({ effect: 'failed', observed });
const LOOKS = 10;
const LOOK_EVERY_MS = 500;

const worked = (result: SourceResult) => result.kind === 'output' && result.exitCode === 0;
const textOf = (result: SourceResult) => (result.kind === 'output' && worked(result) ? result.stdout : '');

async function isCutOff(host: Host): Promise<boolean> {
  const isOn = /^Status: Enabled/m.test(textOf(await host.act(acts.filterState)));
  return isOn && dropsAll(textOf(await host.act(acts.listRules)));
}

function isolate(deps: RestrictorDeps): Means {
  const { host } = deps;
  let last: string | undefined;
  return {
    async hold(restrictions) {
      const reach = await reachOf(deps, restrictions);
      if (reach === undefined) return failed('the address of the server is not known: nothing is cut off');
      const rules = anchorOf(reach);
      const words = `pf drops all but ${reach.reachable.map(({ address, port }) => `${address} port ${port}`).join(', ')}`;
      const isSame = last === rules;
      if (isSame && (await isCutOff(host))) return { effect: 'in-force', observed: words };
      if (!worked(await host.act(acts.checkRules, { input: rules }))) return failed('pfctl refused the rules');
      await host.act(acts.setRules, { input: rules });
      await host.act(acts.endConnections);
      if (!(await isCutOff(host))) return failed('pfctl set the rules, and they are not in force');
      last = rules;
      return { effect: 'in-force', observed: words, putBack: isSame };
    },
    async lift() {
      last = undefined;
      await host.act(acts.dropRules);
      return (await isCutOff(host))
        ? failed('the rules could not be taken away')
        : { effect: 'lifted', observed: 'the rules are gone; the packet filter itself stays as it is' };
    },
  };
}

async function peopleOn(host: Host): Promise<readonly Person[] | undefined> {
  const told = await host.act(acts.sessions);
  return worked(told) ? peopleIn(textOf(told)) : undefined;
}

interface Way {
  readonly ask: (host: Host, person: Person) => Promise<SourceResult>;
  readonly isOpen: (person: Person) => boolean;
  readonly done: string;
  readonly notDone: string;
}

const run = (host: Host, act: Act, ...parameters: readonly string[]) => host.act(act, { parameters });

const LOCK: Way = {
  ask: (host) => run(host, acts.sleepDisplay),
  isOpen: ({ isLocked }) => !isLocked,
  done: 'the screen is locked, as macOS says',
  notDone: 'the screen was turned off, and macOS does not say that it is locked',
};
const END: Way = {
  ask: (host, { uid }) => run(host, acts.endSession, `user/${uid}`),
  isOpen: () => true,
  done: 'everybody has been signed out',
  notDone: 'somebody is still signed in',
};

const sessions = ({ host }: RestrictorDeps, way: Way): Means => ({
  async hold() {
    let people = await peopleOn(host);
    if (people === undefined) return failed('the sessions could not be looked at');
    if (people.length === 0) return { effect: 'in-force', observed: 'nobody is signed in' };
    for (const person of people.filter(way.isOpen)) await way.ask(host, person);
    for (let count = 0; count < LOOKS && people.some(way.isOpen); count += 1) {
      await delay(LOOK_EVERY_MS);
      people = (await peopleOn(host)) ?? people;
    }
    return people.some(way.isOpen) ? failed(way.notDone) : { effect: 'in-force', observed: way.done };
  },
  lift: () => Promise.resolve({ effect: 'lifted', observed: 'people can sign in again' }),
});

async function show(host: Host, { title, text }: Notice): Promise<Shown> {
  const people = (await peopleOn(host)) ?? [];
  if (people.length === 0) return { kind: 'later', observed: 'nobody is signed in' };
  const shown = await Promise.all(
    people.map(({ uid }) => run(host, acts.showNotice, String(uid), `#${uid}`, title, text)),
  );
  return shown.some(worked)
    ? { kind: 'shown', observed: 'the notification centre took it' }
    : { kind: 'failed', observed: 'the notification centre did not take it' };
}

const BY_PROFILE =
  'macOS takes such a restriction from a configuration profile alone: ICT sets it by its device management';

/** Not yet run on a real Mac: see docs/decisions/0042-orders-on-the-device.md. */
export const macosRestrictor = (deps: RestrictorDeps): Restrictor => ({
  means: {
    isolate: isolate(deps),
    'block-removable-media': unsupported(BY_PROFILE),
    lock: sessions(deps, LOCK),
    'sign-out': sessions(deps, END),
    'lost-mode': sessions(deps, LOCK),
  },
  show: (notice) => show(deps.host, notice),
});
