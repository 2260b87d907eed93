import { VERDICTS } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { recordView } from '../../audit/viewed.ts';
import { ofDevice, present } from '../../authorisations/read.ts';
import { listBreaches } from '../../breaches/read.ts';
import { contactDay, type DeviceView, readDevice, readFacts, readStates } from '../../devices/read.ts';
import { AssetTag } from '../../devices/read-routes.ts';
import { problem } from '../../errors.ts';
import { type PageDeps, SILENT_AFTER, showPage } from '../console.ts';
import { factLines } from '../fact-words.ts';
import { inList } from './overview.ts';

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
  isSilent:
    device.generation > 0 && (device.last_contact_at === null || device.last_contact_at < now - SILENT_AFTER.ms),
  clockSkewSeconds: device.clock_skew_ms === null ? null : Math.round(device.clock_skew_ms / 1000),
  pending: device.outbox_pending,
  dropped: device.outbox_dropped,
  verdicts: device.verdicts,
});

async function modelOf({ db, clock }: PageDeps, device: DeviceView) {
  const { organisation } = device;
  const now = clock.now();
  const [states, facts, breaches, authorisations] = await Promise.all([
    readStates(db, organisation, device.id),
    readFacts(db, organisation, device.id),
    listBreaches(db, organisation, { device: device.asset_tag, open: true }, { limit: MOST_BREACHES }),
    ofDevice(db, device, now),
  ]);
  return {
    device: about(device, now),
    authorisations: authorisations.map((row) => present(row, now)),
    policyVersions: [...new Set(states.map((state) => state.policy_version))].toSorted(),
    states: states.toSorted(byVerdict).map(presentState),
    facts: facts.map(({ check_name: check, at, facts: text }) => ({ check, at, lines: factLines(text) })),
    breaches: breaches.slice(0, MOST_BREACHES).map(inList),
    silentDays: SILENT_AFTER.days,
  };
}

/** `GET /devices/{assetTag}`. */
export const devicePage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/devices/:assetTag',
    { schema: { hide: true, params: Type.Object({ assetTag: AssetTag }) }, config: { access: 'devices:read' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const device = await readDevice(deps.db, caller.organisation, request.params.assetTag);
      if (device === undefined) throw problem('device-unknown', 'No device has this asset tag.');
      if (device.holder !== null) await recordView(deps, caller, 'device-viewed', `device:${device.asset_tag}`);
      return showPage(deps, { request, reply }, 'device', await modelOf(deps, device), { section: 'devices' });
    },
  );
};
