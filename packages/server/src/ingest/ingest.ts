import { type CheckInAnswer, type Clock, iso, PROTOCOL_VERSIONS, type Random, stateDigest } from '@beadle/shared';
import { connectedAfter, gracesOf } from '../breaches/connected.ts';
import { takeIn, takeInGap } from '../breaches/intake.ts';
import { openBreaches } from '../breaches/open-breaches.ts';
import type { IntakeDeps } from '../breaches/opening.ts';
import type { Tx } from '../db/database.ts';
import type { ServerKeys } from '../keys/keys.ts';
import { ordersFor } from '../orders/documents.ts';
import type { Announce } from '../orders/desired-state/announce.ts';
import { pausesHolding } from '../orders/pauses/pauses.ts';
import { settlePause } from '../orders/pauses/settle.ts';
import { asHeld, registeredIn } from '../orders/registered.ts';
import { benchOf, judgeInTransaction } from '../judging/apply.ts';
import { serverRules, wantedOf } from '../judging/judge.ts';
import type { StoredPolicy } from '../policies/store.ts';
import type { Item, ReadCheckIn } from './batch.ts';
import { mayRepeat, type Plan, planBatch } from './plan.ts';
import { endOfKey, type Untimely } from './refusals.ts';
import { keepContact } from './contact.ts';
import { clearStates, currentStates, keepFacts, keepStates } from './states.ts';
import { documentsFor, lastDocument, spokenBy } from './told.ts';
import { type DeviceKey, heldLinks, insertFindings, lockHead, type LockedDevice, moveHead } from './store.ts';
import type { Together } from '../db/together.ts';

export interface IngestDeps {
  readonly together: Together;
  readonly keys: ServerKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly origin: string;
  readonly announce: Announce;
  /** The country that this check-in's address appears to be in; called only where a rule asks. */
  readonly country?: () => string | null;
}

export type Ingested =
  | {
      readonly kind: 'answer';
      readonly answer: CheckInAnswer;
      readonly accepted: number;
      readonly repeats: number;
      /** A breach was opened: there may be a notice to send. */
      readonly opened: boolean;
    }
  | Untimely;

const CHECK_IN_EVERY_SECONDS = 300;

/** What the signature of a check-in says beside its body. */
export interface Call {
  readonly counter: number;
  /** The id of the key that the device holds to; one that is older than rotation names none. */
  readonly serverKey: string | undefined;
}

async function plan(tx: Tx, key: DeviceKey, device: LockedDevice, { header, items }: ReadCheckIn): Promise<Plan> {
  const head = { sequence: device.sequence, link: device.link };
  const [first, last] = [items[0]?.sequence ?? 0, items.at(-1)?.sequence ?? 0];
  const held = mayRepeat(head, items) ? await heldLinks(tx, key, first, last) : new Map<number, string>();
  return planBatch(head, header.previous, items, held);
}

const concernsBreaches = ({ body }: Item): boolean =>
  body.form === 'gap' ||
  body.finding.verdict === 'fail' ||
  (body.finding.kind === 'state' && body.finding.verdict !== 'unknown');

/**
 * Every accepted item is held against the breaches, in order, so that a batch means what its findings meant one by one.
 * True where one was opened.
 */
async function intoBreaches(
  tx: Tx,
  key: DeviceKey,
  device: LockedDevice,
  items: readonly Item[],
  deps: IngestDeps,
  now: number,
): Promise<boolean> {
  const concerned = items.filter(concernsBreaches);
  if (concerned.length === 0) return false;
  const open = await openBreaches(tx, key.organisation, key.device, now);
  const connected = { ms: connectedAfter(device, now), graces: await gracesOf(tx, key.organisation, key.device) };
  const about = { organisation: key.organisation, id: key.device, assetTag: device.asset_tag };
  let opened = false;
  const intake: IntakeDeps = {
    now,
    random: deps.random,
    origin: deps.origin,
    device: about,
    open,
    connected,
    rules: new Map(),
    opened: () => (opened = true),
  };
  for (const { sequence, body } of concerned) {
    const place = { generation: key.generation, sequence };
    await (body.form === 'gap'
      ? takeInGap(tx, { ...place, gap: body.gap }, intake)
      : takeIn(tx, { ...place, finding: body.finding }, intake));
  }
  await open.settle();
  return opened;
}

/** True where device and server disagree about what holds now; the server then forgets, to be told anew. */
async function mustRestate(tx: Tx, key: DeviceKey, { header }: ReadCheckIn, head: Plan['head']): Promise<boolean> {
  if (header.state.sequence !== head.sequence) return false;
  if (stateDigest(await currentStates(tx, key)) === header.state.digest) return false;
  await clearStates(tx, key);
  return true;
}

/** Keeps the contact, and judges what only the server can, where a rule asks for it. True where a breach was opened. */
async function judgeCall(
  tx: Tx,
  device: LockedDevice,
  { header }: ReadCheckIn,
  policy: StoredPolicy | undefined,
  contact: { readonly now: number; readonly taken: number; readonly connectedMs: number } & Pick<Call, 'serverKey'>,
  deps: IngestDeps,
): Promise<boolean> {
  const rules = serverRules(policy?.document);
  const called = await keepContact(tx, device, header, {
    ...contact,
    wanted: (now) => wantedOf(rules, now, contact.now),
    country: () => deps.country?.() ?? null,
  });
  return rules.length > 0 && judgeInTransaction(tx, called, await benchOf(tx, policy, contact.now, deps));
}

/** One that was enrolled, or came into a group, since a pause began hears of that now. */
async function toldOfPauses(
  tx: Tx,
  device: LockedDevice,
  now: number,
  { announce }: IngestDeps,
): Promise<LockedDevice> {
  const pauses = await pausesHolding(tx, device.organisation, now);
  return { ...device, ...(await settlePause(tx, device, pauses, { now, announce })) };
}

async function apply(tx: Tx, key: DeviceKey, call: Call, read: ReadCheckIn, deps: IngestDeps): Promise<Ingested> {
  const { counter, serverKey } = call;
  const { signer, told } = spokenBy(deps.keys, serverKey);
  const locked = await lockHead(tx, key);
  const end = locked === undefined ? 'superseded' : endOfKey(locked, key.generation);
  if (locked === undefined || end === 'superseded' || read.header.generation !== key.generation)
    return { kind: 'superseded' };
  if (end === 'left-service') return { kind: 'left-service', documents: await lastDocument(tx, locked, signer) };
  const registered = await registeredIn(tx, key.organisation);
  if (counter <= locked.counter) return { kind: 'counter-too-low', lastCounter: locked.counter };
  const now = deps.clock.now();
  const device = await toldOfPauses(tx, asHeld(locked, registered), now, deps);
  const { accepted, head, matched, repeats } = await plan(tx, key, device, read);
  await insertFindings(tx, key, accepted, now);
  await keepStates(tx, key, accepted, now);
  const opened = await intoBreaches(tx, key, device, accepted, deps, now);
  await keepFacts(tx, key, read.header.facts);
  const orders = await ordersFor(tx, device, registered, now);
  const policy = orders?.reigns.findLast(({ from }) => from <= now)?.policy;
  const judged = await judgeCall(
    tx,
    device,
    read,
    policy,
    { now, taken: accepted.length + repeats, connectedMs: connectedAfter(device, now), serverKey },
    deps,
  );
  await moveHead(tx, key, { ...head, counter });
  const answer: CheckInAnswer = {
    protocol: PROTOCOL_VERSIONS[0],
    serverTime: iso(now),
    head,
    matched,
    restate: await mustRestate(tx, key, read, head),
    documents: await documentsFor(tx, device, read, orders, { signer, now }),
    nextCheckInSeconds: CHECK_IN_EVERY_SECONDS,
    ...told,
  };
  return { kind: 'answer', answer, accepted: accepted.length, repeats, opened: opened || judged };
}

/**
 * Applies one check-in whose signature has been verified, in one transaction that holds the device's head: counter,
 * findings, states, breaches and notices all happen, or none does. Gives the answer once it is on the disk.
 */
export const ingest = (key: DeviceKey, call: Call, read: ReadCheckIn, deps: IngestDeps): Promise<Ingested> =>
  deps.together((tx) => apply(tx, key, call, read, deps));
