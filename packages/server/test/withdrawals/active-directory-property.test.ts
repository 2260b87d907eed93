import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Facility } from '../../src/facilities.ts';
import type { Carried } from '../../src/settings-connectors.ts';
import type { Connector, Subject } from '../../src/withdrawals/connector.ts';
import { activeDirectoryConnector } from '../../src/withdrawals/connectors/active-directory.ts';
import { DISABLED, emptyWorld, fakeDirectory, fakeOpen, type FakeWorld, guid } from './fake-directory.ts';

const PAT = guid(1);
const GROUPS = [11, 12, 13].map(guid);
const dnOf = (id: string) => `CN=G${id.slice(-2)},DC=test`;
const CARRIED: Carried = { disableAccount: true, groups: GROUPS.slice(0, 2).map(dnOf) };
const FACILITIES = new Map<Facility, Carried>([['network', CARRIED]]);
const SUBJECT: Subject = { organisation: 'o', person: 'p', account: 'pat', email: null };
const signal = new AbortController().signal;

const bit = fc.constantFrom(DISABLED, 32, 65_536, 8_388_608);
const group = fc.constantFrom(...GROUPS);
const begin = fc.record({
  control: fc.array(bit).map((bits) => [...new Set(bits)].reduce((all, one) => all | one, 512)),
  groups: fc.uniqueArray(group),
});

/** What others may do to a directory at any time. */
const outside = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), bit }),
  fc.record({ kind: fc.constant('clear' as const), bit }),
  fc.record({ kind: fc.constant('join' as const), group }),
  fc.record({ kind: fc.constant('leave' as const), group }),
  fc.record({ kind: fc.constant('rename-group' as const), group }),
  fc.record({ kind: fc.constant('delete-group' as const), group }),
  fc.record({ kind: fc.constant('make-anew' as const), group }),
  fc.record({ kind: fc.constant('move-account' as const) }),
  fc.record({ kind: fc.constant('delete-account' as const) }),
);
type Outside = typeof outside extends fc.Arbitrary<infer T> ? T : never;

function happen(world: FakeWorld, act: Outside): void {
  const account = world.accounts.get(PAT);
  const found = 'group' in act ? world.groups.get(act.group) : undefined;
  if (act.kind === 'set' && account) account.control |= act.bit;
  if (act.kind === 'clear' && account) account.control &= ~act.bit;
  if (act.kind === 'move-account' && account) account.dn = 'CN=Pat,OU=Elsewhere,DC=test';
  if (act.kind === 'delete-account') {
    world.accounts.delete(PAT);
    for (const { members } of world.groups.values()) members.delete(PAT);
  }
  if (act.kind === 'join' && account) found?.members.add(PAT);
  if (act.kind === 'leave') found?.members.delete(PAT);
  if (act.kind === 'rename-group' && found) found.dn = `CN=New,${found.dn}`;
  if (act.kind === 'delete-group') world.groups.delete(act.group);
  if (act.kind === 'make-anew' && world.groups.delete(act.group))
    world.groups.set(guid(90 + Number(act.group.slice(-1))), {
      dn: dnOf(act.group),
      members: new Set(),
      isProtected: false,
    });
}

/** Each change may be cut off before it is made, or after; the saga calls again. */
function connectorOn(world: FakeWorld, cuts: Iterator<number>): Connector {
  const cut = (when: number) => {
    if (cuts.next().value === when) throw new Error('cut');
  };
  const before = () => {
    cut(1);
    return undefined;
  };
  const directory = fakeDirectory(world, { before, after: () => cut(2) });
  const open = fakeOpen(new Map([['ldaps://dc1', directory]]));
  const server = { enabled: true, servers: ['ldaps://dc1'], caFile: null, bindDn: 'b', base: 'DC=test' };
  return activeDirectoryConnector(
    { ...server, readPassword: () => 's', facilities: FACILITIES },
    { now: () => 0, open },
  );
}

async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'cut') throw error;
    }
}

const groupsOf = (world: FakeWorld) =>
  [...world.groups].filter(([, { members }]) => members.has(PAT)).map(([id]) => id);

it('gives back what was there, or says what not, and never more, whatever others did meanwhile', async () => {
  const sequences = fc.array(outside, { maxLength: 12 });
  const cuts = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(begin, sequences, cuts, async (start, during, cutAt) => {
      const world = emptyWorld();
      world.accounts.set(PAT, {
        name: 'pat',
        dn: 'CN=Pat,DC=test',
        control: start.control,
        primary: guid(80),
        isProtected: false,
      });
      for (const id of GROUPS)
        world.groups.set(id, {
          dn: dnOf(id),
          members: new Set(start.groups.includes(id) ? [PAT] : []),
          isProtected: false,
        });
      const connector = connectorOn(world, cutAt[Symbol.iterator]());
      const { before } = await connector.find(SUBJECT, 'network', signal);
      await untilDone(() => connector.withdraw(SUBJECT, 'network', before, signal));
      expect((world.accounts.get(PAT)?.control ?? 0) & DISABLED).toBe(DISABLED);
      expect(groupsOf(world)).toEqual(start.groups.includes(GROUPS[2] ?? '') ? [GROUPS[2]] : []);
      for (const act of during) happen(world, act);
      const meanwhile = { control: world.accounts.get(PAT)?.control, groups: groupsOf(world) };

      const { left } = await untilDone(() => connector.restore(SUBJECT, 'network', before, signal));
      const account = world.accounts.get(PAT);
      const carried = start.groups.filter((id) => GROUPS.indexOf(id) < 2);
      const isWhole = account !== undefined && carried.every((id) => groupsOf(world).includes(id));
      const isOn = account !== undefined && (account.control & DISABLED) === 0;
      const wasOn = (start.control & DISABLED) === 0;
      // Never less without a word.
      const isLess = account === undefined || !isWhole || (wasOn && !isOn);
      expect(isLess && left.length === 0).toBe(false);
      expect(left).toHaveLength(account === undefined ? 1 : carried.filter((id) => !world.groups.has(id)).length);
      // Never more.
      const may = new Set([...meanwhile.groups, ...carried]);
      expect(groupsOf(world).filter((id) => !may.has(id))).toEqual([]);
      const expected = wasOn ? (meanwhile.control ?? 0) & ~DISABLED : meanwhile.control;
      expect(account?.control).toBe(account === undefined ? undefined : expected);

      // Called again at once it changes nothing.
      const once = structuredClone(world);
      expect(await untilDone(() => connector.restore(SUBJECT, 'network', before, signal))).toEqual({ left });
      expect(world).toEqual(once);
    }),
    { numRuns: 500 },
  );
});
