import { bodyHash, type FindingBody, type GapBody, GENESIS, linkOf, type PolicyDocument } from '@beadle/shared';
import type { BreachRow } from '../../packages/server/src/breaches/store.ts';
import { BreachModel, type ModelBreach } from './model.ts';
import type { FindingRow, Observer } from './observer.ts';
import { must } from './violation.ts';

/** Recomputes every chain from the bytes that the server holds: no hole but one that a gap record covers, and the head is its end. */
export function checkChains(observer: Observer): void {
  const findings = observer.findings();
  for (const head of observer.heads()) {
    const rows = findings
      .filter((row) => row.device === head.device && row.generation === head.generation)
      .toSorted((a, b) => a.sequence - b.sequence);
    let previous = { sequence: 0, link: GENESIS };
    for (const row of rows) previous = followed(row, previous);
    const isEnd = previous.sequence === head.sequence && previous.link === head.link;
    must(isEnd, `the head says ${head.sequence} and the chain ends at ${previous.sequence}`);
  }
}

function followed(row: FindingRow, previous: { sequence: number; link: string }) {
  const { device, generation, sequence } = row;
  const bytes = row.body ?? new Uint8Array();
  const { gap } = JSON.parse(Buffer.from(bytes).toString()) as Partial<GapBody>;
  const from = gap?.from ?? sequence;
  must(
    from === previous.sequence + 1,
    `nothing stands between ${previous.sequence} and ${from}, and no gap record says so`,
  );
  const link = linkOf({ previous: previous.link, device, generation, sequence, bodyHash: bodyHash(bytes) });
  must(link === row.link, `the link at ${sequence} is not that of the bytes`);
  return { sequence, link };
}

/**
 * Each salt that the server holds, none of them twice in one chain. What a device had sent and got no answer to goes on
 * in its new chain when it is enrolled anew; a store that was put back from an older copy does not know what was sent.
 */
export function saltsHeld(observer: Observer, device: string, mayRepeat = false): Set<string> {
  const salts = new Set<string>();
  const places = new Set<string>();
  for (const row of observer.findings()) {
    if (row.device !== device) continue;
    const { salt } = JSON.parse(Buffer.from(row.body ?? '').toString()) as FindingBody;
    const place = `${row.generation}/${salt}`;
    must(mayRepeat || !places.has(place), `a finding is there twice: ${salt} at ${row.generation}/${row.sequence}`);
    places.add(place);
    salts.add(salt);
  }
  return salts;
}

const statusOf = ({ status, ended_at }: BreachRow) => (ended_at === null ? 'open' : status);

function checkBreach(row: BreachRow, model: ModelBreach, linked: ReadonlySet<string>): void {
  const says = (what: string, is: unknown, expected: unknown) =>
    must(is === expected, `${row.ref} (${model.key}): ${what} is ${String(is)}, expected ${String(expected)}`);
  says('status', statusOf(row), model.status);
  says('count', row.count, model.count);
  says('severity', row.severity, model.severity);
  says('last seen', row.last_seen, model.lastSeen);
  says('opened at', row.opened_at, model.openedAt);
  says('policy version', row.policy_version, model.policyVersion);
  says('wording', row.says, model.rule.says);
  says('findings', [...linked].toSorted().join(), [...model.findings].toSorted().join());
}

/** The breaches are those that the findings and people's acts make, one by one. */
export function checkBreaches(observer: Observer, now: number): void {
  const model = new BreachModel(observer);
  // Silence is no finding: silence.ts follows it.
  const rows = observer.breaches().filter(({ check_name }) => check_name !== 'contact');
  const links = observer.breachFindings();
  must(new Set(rows.map(({ ref }) => ref)).size === rows.length, 'a reference was given twice');
  const key = (row: BreachRow) => JSON.stringify([row.device, row.rule, row.subject, row.kind]);
  for (const name of new Set([...rows.map(key), ...model.breaches.map((one) => one.key)])) {
    const [are, expected] = [rows.filter((row) => key(row) === name), model.breaches.filter((one) => one.key === name)];
    must(are.length === expected.length, `${name}: ${are.length} breaches, expected ${expected.length}`);
    for (const [index, row] of are.entries()) {
      const linked = links
        .filter((link) => link.breach === row.id)
        .map((link) => `${link.generation}/${link.sequence}`);
      checkBreach(row, expected[index] as ModelBreach, new Set(linked));
    }
  }
  const failing = observer
    .devices()
    .flatMap(({ id }) =>
      observer
        .states(id)
        .flatMap(({ rule, subject, verdict }) =>
          verdict === 'fail' ? [JSON.stringify([id, rule, subject, 'state'])] : [],
        ),
    );
  model.checkGraces(now, (one) => failing.includes(one));
}

/** Whoever is to be told of a breach has been told once of each, and every notice has left. */
export function checkNotices(observer: Observer): void {
  const notices = observer.notices();
  const told = new Map<string, number>();
  for (const { status, id, breaches, role } of notices) {
    must(status === 'sent', `the notice ${id} is still ${status}`);
    const about = JSON.parse(breaches) as string[];
    must(about.length === 0 || role === 'information-security-team-leader', `a notice went to ${role}`);
    for (const breach of about) told.set(breach, (told.get(breach) ?? 0) + 1);
  }
  const openings = new Map(
    observer
      .events()
      .filter(({ type }) => type === 'opened')
      .map((event) => [event.breach, JSON.parse(event.detail) as { severity: string }]),
  );
  // One that joined an item after its message had left is told of by that message.
  const joined = new Set(
    observer.events().flatMap(({ type, breach }) => (type === 'told-with-cluster' ? [breach] : [])),
  );
  for (const row of observer.breaches()) {
    const times = told.get(row.id) ?? 0;
    const atOnce = row.duty === 'holder' || openings.get(row.id)?.severity === 'critical';
    // Of devices that are not heard from ICT is told in the list of each week.
    const isWeekly = row.check_name === 'contact' && row.duty === 'ict';
    must(times <= 1 || isWeekly, `${row.ref} was told ${times} times`);
    const isTold = times === 1 || (joined.has(row.id) && row.notified_at !== null);
    if (atOnce || (row.ended_at === null && !isWeekly)) must(isTold, `nobody was told of ${row.ref}`);
    if (times > 0) must(row.notified_at !== null, `${row.ref} was told and does not say so`);
  }
}

export const policyInForce = (observer: Observer): PolicyDocument | undefined => {
  const row = observer.policies().at(-1);
  return row === undefined ? undefined : (JSON.parse(row.document) as PolicyDocument);
};
