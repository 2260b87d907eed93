import { dutyOf, modeOf, type Population, type Rule } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Readable } from 'node:stream';
import Type from 'typebox';
import { type Caller, callerOf } from '../../../access.ts';
import { present } from '../../../authorisations/present.ts';
import { ofDevice } from '../../../authorisations/read.ts';
import { titleOf } from '../../../breaches/appearance.ts';
import type { BreachView } from '../../../breaches/read.ts';
import { ownBreaches } from '../../../breaches/own.ts';
import type { Db } from '../../../db/database.ts';
import { ownDevice, ownDevices } from '../../../people/own-devices.ts';
import { contactDay, type DeviceView, readFacts, readStates } from '../../../devices/read.ts';
import { AssetTag } from '../../../devices/read-routes.ts';
import { problem } from '../../../errors.ts';
import { sentBy } from '../../../findings/sent.ts';
import { isPaused } from '../../../orders/pauses/pauses.ts';
import { retentionInWords } from '../../../organisation/retention.ts';
import { readOrganisation } from '../../../organisation/store.ts';
import { policyInForce } from '../../../policies/store.ts';
import { type PageDeps, showPage } from '../../console.ts';
import { factLines } from '../../fact-words.ts';
import { type Language, languageOf } from '../../language/language.ts';
import { momentsIn } from '../../language/moments.ts';
import { welshTitleOf } from '../../language/welsh/appearance.ts';
import { type CorrectionNote, correctionsOf } from '../../../rights/notes.ts';
import { collectedWords } from './collected-words.ts';
import { restrictionsOf, withdrawnFrom } from './restrained.ts';
import { SEERS } from './seers.ts';

type State = Awaited<ReturnType<typeof readStates>>[number];

/** A rule of the policy as it concerns this device, and how the device stands to it. */
function standing(state: State, rules: ReadonlyMap<string, Rule>, notes: readonly CorrectionNote[]) {
  const rule = rules.get(state.rule);
  return {
    rule: state.rule,
    clause: state.clause,
    subject: state.subject,
    says: rule?.says,
    remedy: rule?.remedy,
    isTheirs: rule !== undefined && dutyOf(rule) === 'holder',
    reason: state.reason,
    since: state.since,
    notes: notes.filter((note) => note.rule === state.rule),
  };
}

const inWords = (breach: BreachView, language: Language, notes: readonly CorrectionNote[]) => ({
  ref: breach.ref,
  notes: notes.filter((note) => note.breach === breach.id),
  appears: language === 'cy' ? welshTitleOf(breach) : titleOf(breach),
  clause: breach.clause,
  at: breach.first_seen,
  status: breach.status,
  isOpen: breach.ended_at === null,
});

async function modelOf(db: Db, device: DeviceView, { now, language }: { now: number; language: Language }) {
  const { organisation } = device;
  const population = device.population as Population | null;
  const [states, facts, told, authorisations, policy, notes, restrictions] = await Promise.all([
    readStates(db, organisation, device.id),
    readFacts(db, organisation, device.id),
    ownBreaches(db, device, now),
    ofDevice(db, device, now),
    policyInForce(db, organisation, { population, at: now }),
    correctionsOf(db, device),
    restrictionsOf(db, device, now),
  ]);
  const rules = new Map((policy?.document.rules ?? []).map((rule) => [rule.id, rule]));
  const of = (verdict: string) =>
    states.filter((state) => state.verdict === verdict).map((one) => standing(one, rules, notes));
  const asked = [...rules.values()].filter((rule) => modeOf(rule) !== 'off').map(({ check }) => check);
  return {
    assetTag: device.asset_tag,
    restrictions,
    paused: isPaused(device, now) ? { since: device.paused_since, until: device.paused_until } : null,
    kind: device.kind,
    lastContact: contactDay(device),
    isEnrolled: device.generation > 0,
    policy: policy && { title: policy.document.title, version: policy.version },
    fails: of('fail'),
    unknown: of('unknown'),
    keeps: of('pass'),
    breaches: told.map((breach) => inWords(breach, language, notes)),
    authorisations: authorisations.map((row) => present(row, now)),
    notes: notes.filter(({ breach, rule }) => breach === null && rule === null),
    collected: collectedWords([...new Set([...asked, 'asset-tag', 'agent-health'])]),
    facts: facts.map(({ check_name: check, at, facts: text }) => ({ check, at, lines: factLines(text) })),
  };
}

async function theirs(db: Db, caller: Caller, assetTag: string): Promise<DeviceView> {
  const device = await ownDevice(db, caller, assetTag);
  if (device === undefined) throw problem('device-unknown', 'No device of yours has this asset tag.');
  return device;
}

/** One line for each finding: the very bytes that the device sent, or that they have been erased. */
async function* linesOf(db: Db, device: DeviceView): AsyncGenerator<Buffer> {
  for await (const { body, generation, sequence } of sentBy(db, device)) {
    const bytes = body ?? Buffer.from(JSON.stringify({ erased: { generation, sequence } }));
    yield Buffer.concat([bytes, Buffer.from('\n')]);
  }
}

/**
 * `/my-device`: for the person whose device it is, what is to be put right, what is collected, why, who sees it and for how
 * long; and everything that was sent, as it was sent. Anybody else's device is not there.
 */
export const myDevicePages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const config = { access: 'own:read' } as const;
  app.get('/my-device', { schema: { hide: true }, config }, async (request, reply) => {
    const caller = callerOf(request);
    const [now, language] = [deps.clock.now(), languageOf(request)];
    const own = await ownDevices(deps.db, caller);
    const devices = await Promise.all(own.map((one) => modelOf(deps.db, one, { now, language })));
    const { settings } = await readOrganisation(deps.db, caller.organisation);
    const kept = retentionInWords(settings.retention, momentsIn(language).duration);
    const withdrawn = await withdrawnFrom(deps.db, caller);
    const model = { devices, withdrawn, seers: SEERS, kept };
    return showPage(deps, { request, reply }, 'my-device', model, { section: 'my-device' });
  });

  app.get(
    '/my-device/:assetTag/sent',
    { schema: { hide: true, params: Type.Object({ assetTag: AssetTag }) }, config },
    async (request, reply) => {
      const device = await theirs(deps.db, callerOf(request), request.params.assetTag);
      return reply
        .type('application/x-ndjson')
        .header('cache-control', 'no-store')
        .header('content-disposition', 'attachment; filename="what-was-sent.jsonl"')
        .send(Readable.from(linesOf(deps.db, device)));
    },
  );
};
