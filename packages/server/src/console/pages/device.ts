import { type DeviceState, iso, type Population, SERVER_JUDGED, SETTABLE_STATES, VERDICTS } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { recordView } from '../../audit/viewed.ts';
import { present } from '../../authorisations/present.ts';
import { ofDevice } from '../../authorisations/read.ts';
import type { Viewer } from '../../concealed.ts';
import { listBreaches } from '../../breaches/read.ts';
import { contactDay, type DeviceView, readDevice, readFacts, readStates } from '../../devices/read.ts';
import { AssetTag } from '../../devices/read-routes.ts';
import type { Db } from '../../db/database.ts';
import { stateAt } from '../../devices/state.ts';
import { problem } from '../../errors.ts';
import { serverRules, wantedOf } from '../../judging/judge.ts';
import { isPaused } from '../../orders/pauses/pauses.ts';
import { personOfHolder } from '../../people/holder.ts';
import { may } from '../../people/permissions.ts';
import { policyInForce } from '../../policies/store.ts';
import { correctionsOf } from '../../rights/notes.ts';
import { type PageDeps, SILENT_AFTER, showPage } from '../console.ts';
import { countryWords, deviceStateWords, STATE_WORDS } from '../device-state-words.ts';
import { factLines } from '../fact-words.ts';
import { inList } from './overview.ts';
import { ordersOnDevice } from './orders/on-device.ts';
import { DONE } from './device-done.ts';

const MOST_BREACHES = 50;

/** What is not known comes first, then what fails: both are for a person, the rest is for the record. */
const ORDER: readonly string[] = [
  'unknown',
  'fail',
  'exempt',
  'pass',
  'not-applicable',
] satisfies (typeof VERDICTS)[number][];

type State = Awaited<ReturnType<typeof readStates>>[number];

function observedOf({ observed }: State) {
  try {
    return Object.entries(JSON.parse(observed) as Record<string, unknown>).map(([name, value]) => ({ name, value }));
  } catch {
    return [];
  }
}

const presentState = (state: State) => ({
  rule: state.rule,
  clause: state.clause,
  subject: state.subject,
  verdict: state.verdict,
  reason: state.reason,
  since: state.since,
  byServer: SERVER_JUDGED.includes(state.check_name),
  observed: observedOf(state),
});

const byVerdict = (a: State, b: State) =>
  ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
  a.rule.localeCompare(b.rule) ||
  a.subject.localeCompare(b.subject);

const about = (device: DeviceView, now: number) => ({
  assetTag: device.asset_tag,
  serialNumber: device.serial_number,
  kind: device.kind,
  holder: device.holder,
  population: device.population,
  platform: [device.platform, device.release].filter(Boolean).join(' '),
  agentVersion: device.agent_version,
  generation: device.generation,
  lastContact: contactDay(device),
  keyRevokedAt: device.key_revoked_at,
  paused: isPaused(device, now)
    ? { until: device.paused_until, isTold: device.desired_held >= (device.paused_version ?? 0) }
    : null,
  hasLeft: device.state === 'left-service',
  isSilent:
    device.generation > 0 &&
    device.state !== 'left-service' &&
    (device.last_contact_at === null || device.last_contact_at < now - SILENT_AFTER.ms),
  clockSkewSeconds: device.clock_skew_ms === null ? null : Math.round(device.clock_skew_ms / 1000),
  pending: device.outbox_pending,
  dropped: device.outbox_dropped,
  verdicts: device.verdicts,
  state: deviceStateWords(device, now),
  isExpected: stateAt(device, now).state === 'in-service',
  lastOffice: device.last_office_at,
});

/** The country of its last call, where a rule asks for it of this device. */
async function locationOf(db: Db, device: DeviceView, at: number) {
  const population = device.population as Population | null;
  const policy = await policyInForce(db, device.organisation, { population, at });
  const { country, country_since: since } = device;
  return {
    ...wantedOf(serverRules(policy?.document), device, at),
    appears: country === null ? null : countryWords(country),
    since,
  };
}

/** What somebody has just done, or tried to do, on the page. */
interface Desk {
  readonly done?: string | undefined;
  readonly error?: string;
  /** The id of the field that is wrong. */
  readonly field?: string;
  readonly given?: {
    readonly state: DeviceState;
    readonly quietUntil?: string | undefined;
    readonly stateReason?: string | undefined;
  };
}

/** Whom its holder names, for whoever may look at people. */
async function personOf(db: Db, { organisation, holder }: DeviceView, caller: Caller) {
  if (holder === null || !may(caller.role, 'people:read')) return undefined;
  const person = await personOfHolder(db, organisation, holder);
  return person === 'many' ? undefined : person;
}

async function modelOf({ db, clock }: PageDeps, device: DeviceView, viewer: Viewer) {
  const { organisation } = device;
  const now = clock.now();
  const [states, facts, breaches, authorisations, notes] = await Promise.all([
    readStates(db, organisation, device.id),
    readFacts(db, organisation, device.id),
    listBreaches(db, viewer, { device: device.asset_tag, open: true }, { limit: MOST_BREACHES }),
    ofDevice(db, device, now),
    correctionsOf(db, device),
  ]);
  return {
    device: about(device, now),
    authorisations: authorisations.map((row) => present(row, now)),
    policyVersions: [...new Set(states.map((state) => state.policy_version))].toSorted(),
    states: states.toSorted(byVerdict).map(presentState),
    facts: facts.map(({ check_name: check, at, facts: text }) => ({ check, at, lines: factLines(text) })),
    breaches: breaches.slice(0, MOST_BREACHES).map(inList),
    silentDays: SILENT_AFTER.days,
    notes,
  };
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The page of one device. Looking at one that somebody holds is on record. */
export async function showDevice(
  deps: PageDeps,
  exchange: Exchange,
  assetTag: string,
  { done, error, field, given }: Desk = {},
): Promise<FastifyReply> {
  const caller = callerOf(exchange.request);
  const device = await readDevice(deps.db, caller.organisation, assetTag);
  if (device === undefined) throw problem('device-unknown', 'No device has this asset tag.');
  if (device.holder !== null) await recordView(deps, caller, 'device-viewed', `device:${device.asset_tag}`);
  const now = deps.clock.now();
  const { state, quietUntil } = stateAt(device, now);
  const model = {
    ...(await modelOf(deps, device, caller)),
    person: await personOf(deps.db, device, caller),
    location: await locationOf(deps.db, device, now),
    canChange: may(caller.role, 'devices:write'),
    canHold: may(caller.role, 'holders:write'),
    orders: may(caller.role, 'orders:read') ? await ordersOnDevice(deps.db, caller, device, now) : null,
    mayOrder: may(caller.role, 'orders:write'),
    mayPause: may(caller.role, 'pauses:write'),
    choices: SETTABLE_STATES.map((value) => ({ value, text: STATE_WORDS[value] })),
    given: given ?? { state, quietUntil: quietUntil === null ? undefined : iso(quietUntil).slice(0, 10) },
    done: done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined,
    error,
    field,
  };
  return showPage(deps, exchange, 'device', model, { section: 'devices', status: error === undefined ? 200 : 400 });
}

const Done = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: false });

/** `GET /devices/{assetTag}`. */
export const devicePage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/devices/:assetTag',
    {
      schema: { hide: true, params: Type.Object({ assetTag: AssetTag }), querystring: Done },
      config: { access: 'devices:read' },
    },
    (request, reply) => showDevice(deps, { request, reply }, request.params.assetTag, request.query),
  );
};
