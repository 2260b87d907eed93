import { policiesIn, policyAt } from '@beadle/shared';
import { type KnownServer, loadEnrolment } from '../identity/identity.ts';
import { readLeftService } from '../identity/left-service.ts';
import { readWaiting, type Waiting } from '../identity/waiting.ts';
import { readKeptPolicy } from '../orders/policy.ts';
import { createMeta, latestReached } from '../outbox/meta.ts';
import { Outbox } from '../outbox/outbox.ts';
import { openForReading, type Sql } from '../outbox/store.ts';
import { authorisationsHeld, authorisationsInWords } from './authorisations-in-words.ts';
import { type Command, DATA_OPTION, dataFolder, printJson, readOptions, say } from './command.ts';
import { NO_ORDERS, pauseInWords, readOrders, restrictionsInWords } from './orders-in-words.ts';
import { systemClock, systemRandom } from './system.ts';
import { usageInWords, usageOf, usedToday } from './usage-in-words.ts';

function documentOf(sql: Sql, server: KnownServer) {
  const now = systemClock.now();
  const kept = readKeptPolicy(sql, server, now);
  const policy = typeof kept === 'object' ? policyAt(policiesIn(kept), latestReached(createMeta(sql), now)) : undefined;
  return {
    policy: policy === undefined ? null : { title: policy.title, version: policy.version },
    authorisations: typeof kept === 'object' ? authorisationsHeld(kept, sql, now) : [],
  };
}

function readStatus(data: string) {
  const identity = loadEnrolment(data);
  if (identity === undefined) {
    const waiting = readWaiting(data);
    return { enrolled: false, ...(waiting === undefined ? {} : { enrolment: waiting }) } as const;
  }
  const { assetTag, organisation, server, generation } = identity.enrolment;
  const leftService = readLeftService(data) ?? null;
  const base = { enrolled: true, assetTag, organisation, server, generation, leftService } as const;
  const sql = openForReading(data);
  if (sql === undefined)
    return {
      ...base,
      lastCheckIn: null,
      policy: null,
      authorisations: [],
      orders: NO_ORDERS,
      outbox: { pending: 0, bytes: 0, dropped: 0 },
      usage: null,
    };
  try {
    const meta = createMeta(sql);
    const lastCheckIn = meta.text('checked_in_at') ?? null;
    const used = usedToday(meta, systemClock.now());
    return {
      ...base,
      lastCheckIn,
      ...documentOf(sql, identity),
      orders: readOrders(sql, identity, systemClock.now()),
      outbox: new Outbox({ sql, random: systemRandom }).waiting(),
      usage: used === undefined ? null : usageOf(used),
    };
  } finally {
    sql.close();
  }
}

const STATES: Readonly<Record<Waiting['state'], string>> = {
  'not-asked': 'it has not reached the server yet',
  waiting: 'it waits for ICT',
  refused: 'ICT has refused it',
  'not-valid': 'its token is not valid',
};

function waitingInWords(waiting: Waiting | undefined): string[] {
  if (waiting === undefined) return ['This device is not enrolled. Ask ICT for a token, then run beadle-agent enrol.'];
  const { state, since, askedAt, detail, server } = waiting;
  return [
    `Enrolment:      not enrolled: ${STATES[state]}, since ${since}`,
    ...(server === null ? [] : [`Server:         ${server}, last asked ${askedAt}`]),
    `                ${detail}`,
  ];
}

function inWords(status: ReturnType<typeof readStatus>): string[] {
  if (!status.enrolled) return waitingInWords(status.enrolment);
  const { policy, authorisations, outbox } = status;
  const restricted = restrictionsInWords(status.orders);
  const paused = pauseInWords(status.orders);
  const live = authorisationsInWords(authorisations.filter(({ holds }) => holds !== 'no longer'));
  return [
    `Device:         ${status.assetTag} of ${status.organisation} (generation ${status.generation})`,
    ...(status.leftService === null
      ? []
      : [`Service:        left on ${status.leftService.at}: nothing is looked at or sent any more`]),
    `Server:         ${status.server}`,
    `Last check-in:  ${status.lastCheckIn ?? 'never'}`,
    `Policy:         ${policy === null ? 'none in force' : `${policy.title}, version ${policy.version}`}`,
    `Authorised:     ${live.length === 0 ? 'nothing beyond the policy' : live.join('\n                ')}`,
    ...(paused === undefined ? [] : [`Paused:         ${paused}`]),
    `Restricted:     ${restricted.length === 0 ? 'nothing' : restricted.join('\n                ')}`,
    `Waiting to go:  ${outbox.pending} findings, ${outbox.bytes} bytes`,
    ...(outbox.dropped > 0 ? [`Dropped:        ${outbox.dropped} findings, because the store was full`] : []),
    ...usageInWords(status.usage),
  ];
}

export const status: Command = {
  name: 'status',
  summary:
    'who this device is, its last check-in, its policy, its authorisations, what ICT has restricted, what waits to be sent, and what it uses',
  synopsis: '[--json] [--data DIR]',
  details: ['Exit code 0; 1 where this device is not enrolled.'],
  async run(args) {
    const { values } = readOptions(args, { ...DATA_OPTION, json: { type: 'boolean' } });
    const found = readStatus(dataFolder(values));
    if (values.json === true) printJson(found);
    else inWords(found).forEach(say);
    return found.enrolled ? 0 : 1;
  },
};
