import {
  checkNamed,
  type DeviceContext,
  evaluate,
  isKnown,
  type Observation,
  type PolicyDocument,
  timedConditions,
  type Verdict,
} from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectorsFor, historiesFor } from '../../src/collectors/registry.ts';
import type { SourceResult } from '../../src/host/host.ts';
import { errorsOf, hostOf, lsblk, mounted, missing, printed, resultOf, row, type Told } from './outputs.ts';

const now = Date.UTC(2026, 10, 22);
const rule = (id: string, check: string, require: PolicyDocument['rules'][number]['require']) => ({
  id,
  clause: '1',
  says: 'x',
  check,
  require,
  severity: 'high' as const,
  mode: 'report' as const,
});
const policy: PolicyDocument = {
  beadlePolicy: 1,
  title: 'All',
  organisation: 'A council',
  version: '1',
  effectiveFrom: '2026-01-01',
  reviewBy: '2027-01-01',
  reportTo: 'information-security-team-leader',
  // One rule a part, so that no failing part hides another that has become better.
  rules: [
    rule('disks', 'disk-encryption', { volumes: 'fixed', protection: 'on' }),
    rule('sticks', 'removable-media', { allow: 'none' }),
    rule('encrypted-sticks', 'removable-media', { allow: 'encrypted' }),
    rule('printers', 'printing', {
      homePrinting: 'deny',
      unknownQueues: 'fail',
      councilPrinters: ['ipp://print.example/*'],
    }),
    rule('updates', 'patches', { installWithin: { critical: 'PT0S', high: 'PT0S', unknown: 'PT0S' } }),
    rule('restart', 'patches', { restartWithin: 'PT0S' }),
    rule('support', 'patches', { supportedSystem: 'required' }),
    rule('tag', 'asset-tag', { matchRegister: 'required' }),
  ],
};
const device: DeviceContext = {
  kind: 'laptop',
  population: null,
  groups: [],
  onCouncilNetwork: { unknown: 'not-told' },
  register: { assetTag: 'DBC-1', serialNumber: 'INV-1' },
  registeredSticks: null,
};

/** A machine that fails or cannot tell in every check. */
const bad: Told = {
  'linux/block-devices': lsblk(
    row('nvme0n1', 'disk', {
      tran: 'nvme',
      children: [
        row('nvme0n1p1', 'part', { fstype: 'vfat', mountpoints: ['/boot/efi'] }),
        row('nvme0n1p2', 'part', { fstype: 'ext4', mountpoints: ['/'] }),
        row('nvme0n1p3', 'part', {
          fstype: 'crypto_LUKS',
          children: [row('dm-0', 'crypt', { fstype: 'ext4', mountpoints: ['/srv'] })],
        }),
        row('nvme0n1p4', 'part', { fstype: 'swap', mountpoints: ['[SWAP]'] }),
      ],
    }),
    row('sdb', 'disk', { tran: 'usb', serial: 'INV0001', children: [row('sdb1', 'part', { fstype: 'vfat' })] }),
  ),
  'linux/root-mount': mounted(
    ['/dev/nvme0n1p2', '/'],
    ['/dev/nvme0n1p1', '/boot/efi', 'vfat'],
    ['/dev/dm-0', '/srv'],
    ['tank/home', '/home', 'zfs'],
  ),
  'linux/udev':
    'P: /devices/usb1/1-1/block/sdb\nN: sdb\nE: SUBSYSTEM=block\nE: DEVTYPE=disk\nE: ID_BUS=usb\nE: ID_SERIAL_SHORT=INV0001\n\n',
  'linux/printers': 'device for Home: usb://Invented/Laser\ndevice for Office: ipp://print.example/p1\n',
  'linux/print-jobs': {
    HistoryKept: true,
    Jobs: [{ Id: 1, State: 9, Queue: 'Home', CompletedAt: '2026-11-21T10:00:00Z', Sheets: 2 }],
  },
  'linux/page-log': 'Home ann 1 [21/Nov/2026:10:00:00 +0000] total 2 - localhost\n',
  'linux/kernel-log': '',
  'linux/os': 'ID=debian\nVERSION_ID="10"\n',
  'linux/apt-pending':
    '1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\nInst a [1] (2 Debian-Security:12/stable-security [amd64])\n',
  'linux/apt-freshness': { ListsUpdatedAt: '2026-11-21T10:00:00Z' },
  'linux/dnf-advisories': { kind: 'unreadable', reason: 'tool-missing' },
  'linux/restart-required': { Required: true, Packages: null },
  'linux/enclosure': { AssetTag: 'DBC-2', ProductSerial: 'INV-2', ChassisType: 10 },
};
const ids = Object.keys(bad);

function observationsOf(results: ReadonlyMap<string, SourceResult>): Map<string, Observation> {
  const outputs = (id: string) => results.get(id) ?? missing;
  return new Map(
    collectorsFor('linux').map((collector) => {
      const given = new Map(collector.sources.map(({ id }) => [id, outputs(id)]));
      return [collector.check, collector.collect(given, now)];
    }),
  );
}

/** With sticks as they would be told to the check when they appear, and what has an age as if first seen a day ago. */
function verdictsOf(results: ReadonlyMap<string, SourceResult>): Map<string, Verdict> {
  const observations = new Map(
    [...observationsOf(results)].map(([name, { facts, events }]) => {
      const appeared = isKnown(facts) ? (checkNamed(name)?.appeared?.(facts.known, () => true, now) ?? []) : [];
      return [name, { facts, events: [...events, ...appeared] }];
    }),
  );
  const since = new Map(timedConditions(observations).map((condition) => [condition, now - 86_400_000]));
  const judged = evaluate({ policy, device, observations, since, now });
  return new Map(judged.map((one) => [`${one.rule.id} ${one.subject}`, one.verdict]));
}

const results = (changes: Told = {}) => new Map(ids.map((id) => [id, resultOf(id in changes ? changes[id] : bad[id])]));
const untouched = verdictsOf(results());

const textOf = (id: string): string => {
  const result = resultOf(bad[id]);
  return result.kind === 'output' ? result.stdout : '';
};
const anyId = fc.constantFrom(...ids);
const garbage = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    'null',
    '0',
    '{',
    ']',
    '"',
    '\n',
    '\u0000',
    '{}',
    '[]',
    '1',
    'Inst ',
    'device for x: file:/y\n',
    '\uFFFD',
  ),
);
/** Cut short anywhere, with something put in or in the place of something, another exit code, or not readable at all. */
const change = fc.oneof(
  anyId.chain((id) => fc.nat(textOf(id).length).map((at) => [id, printed(textOf(id).slice(0, at))] as const)),
  fc.tuple(anyId, fc.nat(), fc.nat(8), garbage).map(([id, at, gone, put]) => {
    const text = textOf(id);
    const from = at % (text.length + 1);
    return [id, printed(text.slice(0, from) + put + text.slice(from + gone))] as const;
  }),
  fc.tuple(anyId, garbage).map(([id, text]) => [id, printed(text)] as const),
  fc.tuple(anyId, fc.json()).map(([id, text]) => [id, printed(text)] as const),
  anyId.map((id) => [id, printed(textOf(id), { exitCode: 1, stderr: 'failed' })] as const),
  fc
    .tuple(
      anyId,
      fc.constantFrom(
        'source-missing',
        'access-denied',
        'timed-out',
        'output-too-large',
        'over-budget',
        'tool-missing',
      ),
    )
    .map(([id, reason]) => [id, { kind: 'unreadable', reason }] as const),
);

describe('what a source leaves out or garbles', () => {
  it('starts from a machine on which nothing is as it should be, but for what is', () => {
    expect(Object.fromEntries(untouched)).toEqual({
      'disks /': 'fail',
      'disks /srv': 'pass',
      'disks /home': 'unknown',
      'disks /dev/nvme0n1p4': 'fail',
      'sticks INV0001': 'fail',
      'encrypted-sticks INV0001': 'fail',
      'printers Home': 'fail',
      'printers Office': 'pass',
      'updates device': 'fail',
      'restart device': 'fail',
      'support device': 'fail',
      'tag device': 'fail',
    });
  });

  /** Of what failed or was unknown, or of the whole device, of which nothing of the kind was said before. */
  const becameBetter = (before: ReadonlyMap<string, Verdict>, after: ReadonlyMap<string, Verdict>) =>
    [...after].filter(([key, verdict]) => {
      const was = before.get(key) ?? (key.endsWith(' device') ? 'fail' : 'pass');
      return verdict === 'pass' && was !== 'pass';
    });

  it('never makes a pass of a fail or of what is unknown', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        expect(becameBetter(untouched, verdictsOf(results(Object.fromEntries(changes))))).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  it('never breaks a collector, and never gives facts of another form', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        for (const [name, { facts }] of observationsOf(results(Object.fromEntries(changes)))) {
          const schema = checkNamed(name)?.facts;
          expect(errorsOf(schema, isKnown(facts) ? facts.known : undefined)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never breaks a history, and never gives events of another form', async () => {
    await fc.assert(
      fc.asyncProperty(change, fc.oneof(fc.constant(''), fc.string(), fc.json()), async ([id, result], bookmark) => {
        for (const history of historiesFor('linux')) {
          const kept = await history.since(hostOf({ ...bad, [id]: result }, now), bookmark);
          const schema = checkNamed(history.check)?.event;
          for (const event of isKnown(kept) ? kept.known.events : []) {
            expect(errorsOf(schema, event)).toEqual([]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
