import { iso } from '@beadle/shared';
import type { Body } from '../../packages/agent/src/cycle/transitions.ts';
import type { StateRow } from '../../packages/agent/src/outbox/memory.ts';

/** What a device has found: an event, or a state that its memory is to hold from then on. */
export type Found =
  | { readonly kind: 'event'; readonly body: Body }
  | { readonly kind: 'state'; readonly row: StateRow };

const DAY_MS = 86_400_000;

const state = (at: number, row: Omit<StateRow, 'since' | 'observed' | 'policy_version'>, observed: object): Found => ({
  kind: 'state',
  row: { ...row, since: at, policy_version: '', observed: JSON.stringify(observed) },
});

const event = (at: number, body: Omit<Body, 'at' | 'kind' | 'policyVersion'>): Found => ({
  kind: 'event',
  body: { ...body, kind: 'event', at: iso(at), policyVersion: '' },
});

function printed(at: number, index: number): Found {
  const queue = `Epson-XP-${2200 + (index % 3)}`;
  const observed = { queue, uri: `usb://EPSON/${queue}?serial=58394d59`, sheets: 1 + (index % 4), state: 'completed' };
  const rule = { rule: 'home-printing', clause: '4.13', check: 'printing', subject: queue } as const;
  return event(at, { ...rule, verdict: 'unknown', reason: 'not-told', severity: 'medium', observed });
}

function stick(at: number, index: number): Found {
  const serial = `AA0${index % 4}00000000489`;
  const rule = { rule: 'memory-sticks', clause: '5.9', check: 'removable-media', subject: serial } as const;
  const observed = { vendor: 'Kingston', model: 'DataTraveler 3.0', serial, encrypted: false, bytes: 31_004_295_168 };
  return event(at, { ...rule, verdict: 'fail', severity: 'high', observed });
}

/** An update that cannot be told yet, and the same once it is installed. */
function update(at: number, index: number): Found {
  const isInstalled = index % 5 === 3;
  const name = `KB50${31_000 + (Math.floor(index / 5) % 12)}`;
  const about = {
    rule: 'security-updates',
    clause: '5.5',
    check_name: 'patches',
    subject: name,
    severity: 'high',
  } as const;
  const verdict = isInstalled
    ? ({ verdict: 'pass', reason: null } as const)
    : ({ verdict: 'unknown', reason: 'stale' } as const);
  return state(
    at,
    { ...about, ...verdict },
    { title: `Cumulative Update for Windows 11 (${name})`, severity: 'Critical' },
  );
}

function volume(at: number, index: number): Found {
  const isOn = index % 20 === 14;
  const about = { rule: 'laptop-encryption', clause: '5.9', check_name: 'disk-encryption', subject: '/home' } as const;
  const verdict = isOn
    ? ({ verdict: 'pass', reason: null } as const)
    : ({ verdict: 'unknown', reason: 'not-told' } as const);
  return state(
    at,
    { ...about, ...verdict, severity: 'critical' },
    isOn ? { state: 'on', method: 'luks2' } : { detail: 'locked' },
  );
}

function foundAt(at: number, index: number): Found {
  switch (index % 10) {
    case 2:
    case 3:
    case 7:
    case 8:
      return update(at, index);
    case 4:
      return volume(at, index);
    case 9:
      return stick(at, index);
    default:
      return printed(at, index);
  }
}

/**
 * What a device has for the server that was away for `days`. Only changes and events are findings, so that an untouched
 * laptop makes none, and one in use a few a day (docs/decisions/0010-load.md).
 */
export function foundWhileAway({ days, perDay, now }: { days: number; perDay: number; now: number }): Found[] {
  const count = Math.max(1, days * perDay);
  return Array.from({ length: count }, (_, index) =>
    foundAt(now - Math.round(((count - index) * days * DAY_MS) / count), index),
  );
}
