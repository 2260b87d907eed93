import { createHash } from 'node:crypto';
import type { FindingBody } from '@beadle/shared';

/** Findings of one batch, which is what a device has for the server after a day without a network. */
export const FINDINGS_PER_BATCH = 50;

type Body = Omit<FindingBody, 'salt' | 'at' | 'policyVersion'>;

const stick = (n: number): Body => ({
  rule: 'memory-sticks',
  clause: '5.9',
  check: 'removable-media',
  subject: `AA0${n}00000000489`,
  kind: 'event',
  verdict: 'fail',
  severity: 'high',
  observed: {
    vendor: 'Kingston',
    model: 'DataTraveler 3.0',
    serial: `AA0${n}00000000489`,
    encrypted: false,
    bytes: 31_004_295_168,
  },
});

const printed = (n: number): Body => ({
  rule: 'home-printing',
  clause: '4.13',
  check: 'printing',
  subject: `Epson-XP-${n}`,
  kind: 'event',
  verdict: 'unknown',
  reason: 'not-told',
  severity: 'medium',
  observed: {
    queue: `Epson-XP-${n}`,
    uri: 'usb://EPSON/XP-2200%20Series?serial=58394d59',
    sheets: 3,
    state: 'completed',
  },
});

const volume = (name: string, on: boolean): Body => ({
  rule: 'laptop-encryption',
  clause: '5.9',
  check: 'disk-encryption',
  subject: name,
  kind: 'state',
  verdict: on ? 'pass' : 'unknown',
  ...(on ? {} : { reason: 'not-told' as const }),
  severity: 'critical',
  observed: on ? { state: 'on', method: 'XTS-AES-256' } : { detail: 'the volume was locked when it was looked at' },
});

const update = (n: number, verdict: 'pass' | 'fail' | 'unknown'): Body => ({
  rule: 'security-updates',
  clause: '5.5',
  check: 'patches',
  subject: `KB50${31_000 + n}`,
  kind: 'state',
  verdict,
  ...(verdict === 'unknown' ? { reason: 'stale' as const } : {}),
  severity: 'high',
  observed: {
    title: `2026-11 Cumulative Update for Windows 11 (KB50${31_000 + n})`,
    severity: 'Critical',
    since: '2026-11-10T18:00:00.000Z',
  },
});

/** One in ten fails: two sticks and three updates; the others are changes from unknown to pass and back. */
function bodyAt(index: number): Body {
  if (index % 25 === 3) return stick(index % 7);
  if (index % 17 === 5) return update(index % 9, 'fail');
  if (index % 5 === 0) return printed(index % 3);
  if (index % 5 === 1) return volume(['C:', 'D:', 'E:'][index % 3] ?? 'C:', index % 2 === 0);
  return update(index % 12, index % 4 === 0 ? 'unknown' : 'pass');
}

const START = Date.UTC(2026, 10, 20);

/** The bytes of batch `batch` of a device, as an agent writes them; the same each time they are asked for. */
export function batchOf(device: number, batch: number): Buffer[] {
  return Array.from({ length: FINDINGS_PER_BATCH }, (_, index) => {
    const salt = createHash('sha256').update(`${device}/${batch}/${index}`).digest('base64url').slice(0, 22);
    const at = new Date(START + (batch * FINDINGS_PER_BATCH + index) * 1000).toISOString();
    const body = { salt, ...bodyAt(index), at, policyVersion: '2026.1' } satisfies FindingBody;
    return Buffer.from(JSON.stringify(body));
  });
}
