import type { DeviceContext } from '../../src/checks/check.ts';
import type { Authorisation } from '../../src/authorisations/authorisation.ts';
import { evaluate, type RuleJudgement } from '../../src/evaluate.ts';
import type { Observation } from '../../src/checks/observation.ts';
import { known } from '../../src/findings/verdict.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { iso } from '../../src/ports.ts';
import { laptop, NOON } from '../devices.ts';

export const observed = (facts: unknown, events: readonly unknown[] = []): Observation => ({
  facts: known(facts),
  events,
});

/** A stick that has just been plugged in. */
export function stick({
  serial = 'S1',
  encrypted = false,
  at = NOON,
}: {
  serial?: string;
  encrypted?: boolean;
  at?: number;
} = {}) {
  const medium = { subject: serial, serial, kind: 'storage', model: null, bytes: null, encrypted: known(encrypted) };
  return { 'removable-media': observed({ present: known([medium]) }, [{ at: iso(at), medium }]) };
}

/** A page on a printer at the device itself. */
export function printed({ target = 'usb://HP/DeskJet', reach = 'local' }: { target?: string; reach?: string } = {}) {
  const queue = { name: 'Home', target, reach };
  const job = { at: iso(NOON), id: 1, queue: 'Home', target: known(queue), sheets: 1 };
  return { printing: observed({ queues: known([queue]), jobs: known('told') }, [job]) };
}

/** One administrator of the device. */
export const administrator = (name: string) => ({
  accounts: observed({ administrators: known([{ name, aliases: [] }]), guest: known('off'), local: known([]) }),
});

/** A screen that locks after so many seconds. */
export const locking = (seconds: number | null) => ({
  'screen-lock': observed({ locksAfterSeconds: known(seconds), asksPassword: known(true) }),
});

/** An update that has been missing for so many days. */
export function missing(severity: string, days: number) {
  const update = { id: 'u', title: 'u', severity, security: true, releasedAt: NOON - days * 86_400_000 };
  return {
    patches: observed({
      missing: known([update]),
      listsUpdatedAt: known(NOON),
      restartRequired: known(false),
      system: known({ label: 'x', ends: null }),
    }),
  };
}

export interface Seen {
  readonly observations: Readonly<Record<string, Observation>>;
  readonly device?: DeviceContext;
  readonly authorisations?: readonly Authorisation[];
}

export const judgedBy = (policy: PolicyDocument, { observations, device = laptop, ...rest }: Seen): RuleJudgement[] =>
  evaluate({
    policy,
    device,
    observations: new Map(Object.entries(observations)),
    since: new Map(),
    now: NOON,
    ...rest,
  });

/** `sticks fail high`: what each rule says of what was seen, without what does not apply. */
export const outcome = (policy: PolicyDocument, seen: Seen): string[] =>
  judgedBy(policy, seen)
    .filter(({ verdict }) => verdict !== 'not-applicable')
    .map(({ rule, verdict, severity }) => [rule.id, verdict, ...(verdict === 'fail' ? [severity] : [])].join(' '));
