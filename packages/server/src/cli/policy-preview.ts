import type { Db } from '../db/database.ts';
import { type PresentedPreview, presentPreview } from '../preview/present.ts';
import { advance } from '../preview/run.ts';
import { beginPreview } from '../preview/start.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { type CommandIo, print, table } from './io.ts';
import { readPolicyFile } from './policy-file.ts';

type Rule = PresentedPreview['rules'][number];
type Counts = PresentedPreview['newBreaches']['ict']['atOnce'];

const counts = (of: Counts): string =>
  Object.entries(of)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ') || 'none';

function row(rule: Rule): string[] {
  const { before, after } = rule.mode;
  const total = (severities: Counts) => Object.values(severities).reduce((a, b) => a + b, 0);
  return [
    rule.rule,
    before === after ? String(after) : `${before ?? '(new)'} > ${after ?? '(gone)'}`,
    rule.changes.map(({ from, to, devices }) => `${from} > ${to}: ${devices}`).join(', ') || '-',
    [rule.breaches.atOnce, rule.breaches.firstWeek].map(total).join(' + '),
    String(rule.events.week.breaches),
    String(rule.notKnown.reduce((sum, { devices }) => sum + devices, 0)),
    String(rule.devices.after.exempt),
    String(rule.ends),
  ];
}

function inWords({ policy, devices, newBreaches, ends, rules, factsAtMostDays }: PresentedPreview): string[] {
  const duty = (name: string, of: PresentedPreview['newBreaches']['ict']) =>
    `${name}: at once ${counts(of.atOnce)}; in the first week, as grace ends, ${counts(of.firstWeek)}; from events, if the week is like the last, ${of.eventsAsLastWeek}`;
  const head = ['RULE', 'MODE', 'DEVICES THAT CHANGE', 'AT ONCE + WEEK', 'EVENTS', 'NOT KNOWN', 'EXEMPT', 'END'];
  return [
    `${policy.title}, version ${policy.version}`,
    `${devices.enrolled} devices, ${devices.concerned} concerned, ${devices.changed} would change.`,
    `Not known: ${devices.factsOld} not heard from for ${factsAtMostDays} days, ${devices.withoutFacts} that never told anything.`,
    '',
    'New breaches:',
    `  ${duty('devices for ICT', newBreaches.ict)}`,
    `  ${duty('suspected breaches by people', newBreaches.holder)}`,
    `Open breaches that would end: ${ends}`,
    '',
    ...table([head, ...rules.map(row)]),
  ];
}

/** Shows how far it is, on a terminal only. */
function progressOn(io: CommandIo): (preview: { readonly seen: number; readonly total: number }) => void {
  const isTerminal = 'isTTY' in io.stderr && io.stderr.isTTY === true;
  return ({ seen, total }) => {
    if (isTerminal) io.stderr.write(`\r${seen} of ${total} devices${seen >= total ? '\n' : ''}`);
  };
}

/** `policy preview FILE`: exit 0 where nothing would change, 1 where something would, 2 for a bad policy. */
export async function policyPreview(
  db: Db,
  io: CommandIo,
  file: string,
  { json }: { readonly json?: boolean | undefined },
): Promise<number> {
  const read = readPolicyFile(file, io);
  if (read === undefined) return 2;
  const { clock, random } = io;
  const wanted = { ...read, organisation: ORGANISATION, by: `cli:${io.user}` };
  const { id } = await beginPreview({ db, clock, random }, wanted, () => false);
  const preview = await advance(db, ORGANISATION, id, { clock, onPart: progressOn(io) });
  if (preview === undefined) throw new Error('a preview that was just begun is not there');
  const shown = presentPreview(preview);
  print(io.stdout, ...(json === true ? [JSON.stringify(shown)] : inWords(shown)));
  return shown.rules.some(({ matters }) => matters) ? 1 : 0;
}
