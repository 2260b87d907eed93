import { GAP_CAUSES, type GapBody, type FindingBody, REASONS } from '@beadle/shared';
import { UsageError } from '../errors.ts';
import { createMemory } from '../outbox/memory.ts';
import { loadEnrolment } from '../identity/identity.ts';
import { openForReading } from '../outbox/store.ts';
import { authorisationsInWords, readAuthorisations } from './authorisations-in-words.ts';
import { factsInWords } from './facts-in-words.ts';
import { type Command, DATA_OPTION, dataFolder, printJson, readOptions, say } from './command.ts';
import { pauseInWords, readOrders, reportedInWords, restrictionsInWords } from './orders-in-words.ts';
import { systemClock } from './system.ts';

type Body = FindingBody | GapBody;

function readCollected(data: string) {
  const sql = openForReading(data);
  if (sql === undefined) throw new UsageError(`Nothing has been collected: there is no Beadle data in ${data}.`);
  try {
    const rows = sql
      .prepare<[], { sequence: number; body: Uint8Array; acked_at: number | null }>(
        'select sequence, body, acked_at from outbox order by sequence',
      )
      .all();
    const findings = rows.map((row) => ({
      sequence: row.sequence,
      sent: row.acked_at !== null,
      // Exactly what was or will be sent, salt and all.
      body: JSON.parse(Buffer.from(row.body).toString()) as Body,
    }));
    const facts = createMemory(sql)
      .facts()
      .map((row) => ({
        check: row.check_name,
        at: new Date(row.at).toISOString(),
        facts: JSON.parse(row.facts) as unknown,
      }));
    return {
      findings,
      facts,
      authorisations: readAuthorisations(data, sql, systemClock.now()),
      orders: readOrders(sql, loadEnrolment(data), systemClock.now()),
    };
  } finally {
    sql.close();
  }
}

const WHEN = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' });

function findingInWords(body: Body): string {
  if ('gap' in body)
    return `${WHEN.format(new Date(body.at))}: the record was broken, because ${GAP_CAUSES[body.gap.cause]}`;
  const why = body.reason === undefined ? '' : `, because ${REASONS[body.reason]}`;
  const seen = Object.entries(body.observed).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${WHEN.format(new Date(body.at))}: rule ${body.clause} (${body.rule}), ${body.subject}: ${body.verdict}${why}${seen.length > 0 ? `; seen: ${seen.join(', ')}` : ''}`;
}

const indented = (lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? ['  nothing'] : lines.map((line) => `  ${line}`);

function inWords({ findings, facts, authorisations, orders }: ReturnType<typeof readCollected>): string[] {
  const paused = pauseInWords(orders);
  return [
    'What Beadle has sent about this device, or is about to send. Older than 30 days is no longer kept here; the',
    'security team can tell you what they hold. Nothing else is collected: no documents, no browsing, no keystrokes.',
    '',
    ...(paused === undefined ? [] : [paused, '']),
    `Findings: ${findings.length}`,
    ...findings.map(({ body, sent }) => `  ${sent ? 'sent   ' : 'waiting'} ${findingInWords(body)}`),
    '',
    'What this device is authorised to do beyond the policy, as the council has told it:',
    ...indented(authorisationsInWords(authorisations)),
    '',
    'What ICT has restricted on this device:',
    ...indented(restrictionsInWords(orders)),
    '',
    'What ICT has asked of this device, and what it has told them came of it:',
    ...indented(reportedInWords(orders)),
    '',
    'What the checks last read, sent when it changes and overwritten each time:',
    ...facts.flatMap(({ check, at, facts: values }) => [
      `  ${check}, ${WHEN.format(new Date(at))}`,
      ...factsInWords(values).map((line) => `    ${line}`),
    ]),
  ];
}

export const collected: Command = {
  name: 'collected',
  summary: 'everything that has been sent about this device, in plain words',
  synopsis: '[--json] [--data DIR]',
  details: ['The person whose device this is may run it.'],
  run(args) {
    const { values } = readOptions(args, { ...DATA_OPTION, json: { type: 'boolean' } });
    const found = readCollected(dataFolder(values));
    if (values.json === true) printJson(found);
    else inWords(found).forEach(say);
    return Promise.resolve(0);
  },
};
