import { SEVERITIES } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../access.ts';
import { rulesOfBreaches } from '../../breaches/figures.ts';
import { type BreachFilter, listBreaches, placeOf } from '../../breaches/read.ts';
import { BREACH_STATUSES } from '../../breaches/life/states.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import { inList } from './overview.ts';

const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const Query = Type.Object(
  {
    queue: Field(20),
    severity: Field(20),
    status: Field(20),
    rule: Field(80),
    device: Field(120),
    cursor: Field(1000),
  },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

const ON_A_PAGE = 25;

const QUEUES = {
  officer: { text: 'For the officer', filter: { duty: 'holder', open: true } },
  ict: { text: 'For ICT', filter: { duty: 'ict', open: true } },
  ended: { text: 'Ended', filter: { open: false } },
} as const satisfies Record<string, { text: string; filter: BreachFilter }>;
type Queue = keyof typeof QUEUES;

const isQueue = (text: string | undefined): text is Queue => text !== undefined && Object.hasOwn(QUEUES, text);
const among = (values: readonly string[], text: string | undefined) =>
  text !== undefined && values.includes(text) ? text : undefined;

/** A form sends what is left empty as an empty string, which filters nothing; so does a value that is none. */
function filterOf(query: Query): BreachFilter {
  return {
    severity: among(SEVERITIES, query.severity),
    status: among(BREACH_STATUSES, query.status),
    rule: query.rule || undefined,
    device: query.device?.trim() || undefined,
  };
}

/** `GET /breaches`: suspected breaches by people and devices for ICT to mend stand in queues of their own. */
export const breachesPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/breaches',
    { schema: { hide: true, querystring: Query }, config: { access: 'breaches:read' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const queue = isQueue(request.query.queue) ? request.query.queue : 'officer';
      const filter = filterOf(request.query);
      const after = readCursor(request.query.cursor || undefined, ['number', 'string']);
      const whole = { ...filter, ...QUEUES[queue].filter };
      const rows = await listBreaches(deps.db, caller, whole, { limit: ON_A_PAGE, after });
      const { items, nextCursor } = toPage(rows, ON_A_PAGE, placeOf, inList);
      const kept = { queue, ...filterTexts(filter) };
      return showPage(
        deps,
        { request, reply },
        'breaches',
        {
          queue,
          queueText: QUEUES[queue].text,
          tabs: Object.entries(QUEUES).map(([name, { text }]) => ({
            name,
            text,
            href: linkTo('/breaches', { queue: name }),
          })),
          filter,
          filtered: Object.values(filter).some((value) => value !== undefined),
          clear: linkTo('/breaches', { queue }),
          severities: SEVERITIES.toReversed(),
          statuses: queue === 'ended' ? ['restored', 'closed'] : ['suspected', 'acknowledged'],
          rules: await rulesOfBreaches(deps.db, caller),
          breaches: items,
          first: after === undefined,
          next: nextCursor && linkTo('/breaches', { ...kept, cursor: nextCursor }),
        },
        { section: 'breaches' },
      );
    },
  );
};

const filterTexts = ({ severity, status, rule, device }: BreachFilter) => ({ severity, status, rule, device });
