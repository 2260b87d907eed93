import type { LightMyRequestResponse } from 'fastify';
import { readPolicy } from '@beadle/shared/policy/read';
import type { CallerRole } from '../../src/access.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { createToken } from '../../src/people/tokens.ts';
import { putPolicyInForce } from '../../src/policies/upload.ts';
import { seededRandom } from '../app/harness.ts';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';

const BY_ITSELF = [
  'judging',
  'weekly-list',
  'daily-digest',
  'breach-escalation',
  'audit-anchor',
  'daily-standing',
  'retention',
];

/** Sticks, printing and updates may be excused; the first names two rules of one kind with different times. */
export const DESK_POLICY = `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Northmere Borough Council
version: "1"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - id: laptop-encryption
    clause: "5.9"
    says: Laptops must be encrypted.
    check: disk-encryption
    require: { volumes: fixed, protection: on }
    severity: critical
    mode: report
    exemptions: [{ kind: ict-build, approver: ict-administrator, maximum: P5D }]
  - id: memory-sticks
    clause: "5.9"
    says: No sticks.
    check: removable-media
    require: { allow: none }
    severity: high
    mode: report
    duty: holder
    exemptions: [{ kind: emergency-plan-stick, approver: information-security-team-leader, maximum: P1Y }]
  - id: home-printing
    clause: "5.14"
    says: No printing at home.
    check: printing
    require: { homePrinting: deny }
    severity: high
    mode: report
    exemptions: [{ kind: incident-printing, approver: assistant-director, maximum: P14D }]
  - id: asset-tag
    clause: "5.6"
    says: Each device has its tag.
    check: asset-tag
    require: { matchRegister: required }
    severity: low
    exemptions:
      - { kind: ict-build, approver: ict-administrator, maximum: P30D }
      - { kind: special, approver: line-manager, maximum: P30D }
`;

export const DAY = 86_400_000;

/** A council with a policy, in which people act under their names. */
export async function openDesk(source = DESK_POLICY) {
  const server = await startConsoleServer();
  const { app, db, clock } = server;
  const random = seededRandom('desk');
  const reading = readPolicy(source);
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  const at = clock.now();
  await db
    .transaction()
    .execute((tx) =>
      putPolicyInForce(tx, { organisation: ORGANISATION, document: reading.policy, source, by: 'test', at }),
    );
  const tokens = new Map<string, string>();

  async function tokenOf(role: CallerRole, name: string): Promise<string> {
    const known = tokens.get(`${role}/${name}`);
    if (known !== undefined) return known;
    const made = { organisation: ORGANISATION, role, name, expiresAt: null, at: clock.now() };
    const { token } = await db.transaction().execute((tx) => createToken(tx, made, random));
    tokens.set(`${role}/${name}`, token);
    return token;
  }

  /** A request by somebody of a role under their name. */
  const by =
    (role: CallerRole, name: string) =>
    async (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object): Promise<LightMyRequestResponse> => {
      const headers = { authorization: `Bearer ${await tokenOf(role, name)}` };
      return app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    };

  const inDays = (days: number): string => new Date(clock.now() + days * DAY).toISOString();

  async function nextJobAt(): Promise<number> {
    // What comes by itself, every quarter of an hour or every day, has nothing to do with it.
    const waiting = db
      .selectFrom('jobs')
      .select('run_at')
      .where('status', '=', 'waiting')
      .where('kind', 'not in', BY_ITSELF);
    return (await waiting.orderBy('run_at').executeTakeFirst())?.run_at ?? Number.POSITIVE_INFINITY;
  }

  /** Lets the time pass, with each job at its moment; gives the notices that were written. */
  async function pass(days: number) {
    const before = (await db.selectFrom('notices').select('id').execute()).map(({ id }) => id);
    const end = clock.now() + days * DAY;
    for (;;) {
      const next = await nextJobAt();
      clock.pass(Math.min(Math.max(next, clock.now()), end) - clock.now());
      if (next > end) break;
      await app.jobs.runDue();
    }
    const rows = await db
      .selectFrom('notices')
      .select(['id', 'role', 'title', 'body'])
      .where('type', '=', 'authorisations.due')
      .orderBy('created_at')
      .execute();
    return rows.filter(({ id }) => !before.includes(id));
  }

  return {
    server,
    pass,
    db,
    clock,
    by,
    tokenOf,
    inDays,
    officer: by('information-security-team-leader', 'Ann Officer'),
    sam: by('worker', 'Sam Rivers'),
    ict: by('ict-operator', 'Ivy Desk'),
    director: by('assistant-director', 'Ada Director'),
    siro: by('siro', 'Sol Siro'),
    /** A stick for Sam Rivers, asked for by Sam and with the risks accepted. */
    stick: (given: object = {}) => ({
      kind: 'emergency-plan-stick',
      subject: { person: 'Sam Rivers' },
      scope: { sticks: ['0781AABB1204'], encryptedOnly: true },
      purpose: 'To carry the Emergency Plan.',
      risks: 'A stick can be lost.',
      accepted: true,
      validFrom: inDays(0),
      validTo: inDays(30),
      ...given,
    }),
    close: () => server.close(),
  };
}
export type Desk = Awaited<ReturnType<typeof openDesk>>;

export const refOf = (response: LightMyRequestResponse): string => response.json<{ ref: string }>().ref;
export type { ConsoleServer };
