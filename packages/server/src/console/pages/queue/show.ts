import { SEVERITIES } from '@beadle/shared';
import type { FastifyReply } from 'fastify';
import { callerOf } from '../../../access.ts';
import { rulesOfBreaches } from '../../../breaches/figures.ts';
import { listInOrder, ORDERS, placeIn } from '../../../breaches/order.ts';
import { countBreaches } from '../../../breaches/read.ts';
import { MOST_VIEWS, savedViews } from '../../../breaches/saved-views.ts';
import { readCursor, toPage } from '../../../pagination.ts';
import { CATEGORY_WORDS, optionsOf, TRIAGE_WORDS } from '../../breach-words.ts';
import { linkTo, mayAct, type PageDeps, showPage } from '../../console.ts';
import type { FieldError } from '../../forms/fields.ts';
import type { Exchange } from '../desk/desk-case.ts';
import { inList } from '../overview.ts';
import {
  filterOf,
  keptOf,
  NOT_DECIDED,
  orderOf,
  type Query,
  QUEUE_NAMES,
  queueLink,
  queueOf,
  QUEUES,
  statusesIn,
  wholeFilter,
} from './query.ts';
import { doneWords, MANY_ACTS } from './many.ts';

export const ON_A_PAGE = 25;

const ORDER_WORDS = { newest: 'Newest first', oldest: 'Oldest first', severity: 'Most serious first' } as const;

interface Said {
  readonly errors?: readonly FieldError[];
  /** What was ticked, and what was to be done with it. */
  readonly ticked?: readonly string[];
  readonly what?: string | undefined;
  readonly viewName?: string | undefined;
}

async function rowsOf({ db }: PageDeps, { request }: Exchange, query: Query) {
  const caller = callerOf(request);
  const order = orderOf(query);
  const after = readCursor(query.cursor || undefined, ['number', 'number', 'string']);
  const filter = wholeFilter(query, caller);
  const [rows, count] = await Promise.all([
    listInOrder(db, caller, filter, { order, limit: ON_A_PAGE, after }),
    countBreaches(db, caller, filter),
  ]);
  const { items, nextCursor } = toPage(rows, ON_A_PAGE, placeIn(order), inList);
  return { breaches: items, count, next: nextCursor && queueLink(query, { cursor: nextCursor }) };
}

async function tabsOf({ db }: PageDeps, { request }: Exchange, query: Query) {
  const caller = callerOf(request);
  return Promise.all(
    QUEUE_NAMES.map(async (name) => ({
      text: `${QUEUES[name].text} (${await countBreaches(db, caller, QUEUES[name].filter(caller))})`,
      href: linkTo('/breaches', { queue: name }),
      current: name === queueOf(query),
    })),
  );
}

const choicesOf = async ({ db }: PageDeps, { request }: Exchange, query: Query) => ({
  severities: SEVERITIES.toReversed(),
  statuses: statusesIn(queueOf(query)),
  rules: await rulesOfBreaches(db, callerOf(request)),
  triages: [{ value: NOT_DECIDED, text: 'Not decided yet' }, ...optionsOf(TRIAGE_WORDS)],
  categories: optionsOf(CATEGORY_WORDS),
  orders: optionsOf(ORDER_WORDS, ORDERS),
});

async function viewsOf({ db }: PageDeps, { request }: Exchange) {
  const views = await savedViews(db, callerOf(request));
  return { list: views.map(({ name, query }) => ({ name, href: `/breaches?${query}` })), most: MOST_VIEWS };
}

/** A queue as it is looked at, with what went wrong where something was to be done from it. */
export async function showQueue(
  deps: PageDeps,
  exchange: Exchange,
  query: Query,
  { errors = [], ticked = [], what, viewName }: Said = {},
): Promise<FastifyReply> {
  const queue = queueOf(query);
  const filter = filterOf(query);
  const model = {
    ...(await rowsOf(deps, exchange, query)),
    ...(await choicesOf(deps, exchange, query)),
    tabs: await tabsOf(deps, exchange, query),
    views: await viewsOf(deps, exchange),
    queue,
    queueText: QUEUES[queue].text,
    empty: QUEUES[queue].empty,
    filter,
    filtered: Object.values(filter).some((value) => value !== undefined),
    order: orderOf(query),
    first: !query.cursor,
    clear: linkTo('/breaches', { queue }),
    kept: linkTo('', keptOf(query)),
    canAct: mayAct(exchange.request) && queue !== 'ended',
    manyActs: MANY_ACTS.map(({ name, choice }) => ({ value: name, text: choice })),
    done: doneWords(query),
    errors,
    ticked,
    what,
    viewName,
  };
  return showPage(deps, exchange, 'breaches', model, {
    section: 'breaches',
    status: errors.length > 0 ? 400 : 200,
  });
}
