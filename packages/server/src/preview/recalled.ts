import { iso, known, type Observation, unknown } from '@beadle/shared';
import type { EventFinding } from '../findings/events.ts';

/** A finding of an event, as far as it tells of what happened. */
export type RecalledFinding = Omit<EventFinding, 'device'>;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const REACHES: readonly unknown[] = ['file', 'local', 'network'];

function arrival({ subject, at, observed }: RecalledFinding) {
  const { encrypted, kind } = observed;
  const medium = {
    subject,
    serial: textOf(observed['serial']),
    kind: kind === 'phone' ? 'phone' : 'storage',
    model: textOf(observed['model']),
    bytes: numberOf(observed['bytes']),
    encrypted: typeof encrypted === 'boolean' ? known(encrypted) : unknown('not-told'),
  };
  return { at: iso(at), medium };
}

function job({ subject, at, observed }: RecalledFinding) {
  const [target, reach] = [textOf(observed['target']), observed['reach']];
  const isTold = target !== null && REACHES.includes(reach);
  const queue = isTold ? known({ name: subject, target, reach }) : unknown('not-told');
  return { at: iso(at), id: 0, queue: subject, target: queue, sheets: numberOf(observed['sheets']) };
}

/** What happened, made again of what a finding says of it: each check's own event. */
const RECALL: Readonly<Record<string, (finding: RecalledFinding) => unknown>> = {
  'removable-media': arrival,
  printing: job,
  accounts: ({ subject, at }) => ({ at: iso(at), account: { name: subject, aliases: [] } }),
};

/** Events of a check, as an observation has them; those of a check that cannot be made again are left out. */
export const recall = (finding: RecalledFinding): Observation['events'] => {
  const make = RECALL[finding.check];
  return make === undefined ? [] : [make(finding)];
};
