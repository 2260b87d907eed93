import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { type Caller, callerOf } from '../../access.ts';
import { kindsNow } from '../../authorisations/demands.ts';
import { present } from '../../authorisations/present.ts';
import { type AuthorisationFilter, listAuthorisations, seesAll } from '../../authorisations/read.ts';
import { may } from '../../people/permissions.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import type { Phrase } from '../language/say.ts';

const Field = (maximum: number) => Type.Optional(Type.String({ maxLength: maximum }));
const Query = Type.Object(
  { show: Field(20), kind: Field(80), device: Field(120), person: Field(200), cursor: Field(1000) },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

const ON_A_PAGE = 25;
const SOON_MS = 30 * 86_400_000;

interface Tab {
  readonly text: Phrase;
  readonly filter: (now: number) => AuthorisationFilter;
  /** What is said where there is none. */
  readonly empty: Phrase;
}

const WAITING: Tab = {
  text: 'Waiting',
  filter: () => ({ status: 'requested' }),
  empty: 'Nothing waits for a decision.',
};

const TABS: Readonly<Record<string, Tab>> = {
  waiting: WAITING,
  approved: { text: 'Approved', filter: () => ({ status: 'approved' }), empty: 'No authorisation holds now or later.' },
  ending: {
    text: 'Ending in 30 days',
    filter: (now) => ({ status: 'approved', endsBefore: now + SOON_MS }),
    empty: 'No authorisation ends in the next 30 days.',
  },
  ended: { text: 'Ended', filter: () => ({ status: 'lapsed' }), empty: 'No authorisation has ended by itself yet.' },
  paper: {
    text: 'Paper to account for',
    filter: () => ({ paper: 'owed' }),
    empty: 'Nobody has to say what became of any paper.',
  },
  all: { text: 'All', filter: () => ({}), empty: 'Nobody has asked for an authorisation yet.' },
};

function tabOf({ show = 'waiting' }: Query): { readonly name: string; readonly tab: Tab } {
  const tab = Object.hasOwn(TABS, show) ? TABS[show] : undefined;
  return tab === undefined ? { name: 'waiting', tab: WAITING } : { name: show, tab };
}

/** What was entered as a filter; what is left empty filters nothing. */
const filterOf = ({ kind, device, person }: Query) => ({
  kind: kind || undefined,
  device: device?.trim() || undefined,
  person: person?.trim() || undefined,
});

async function modelOf({ db, clock }: PageDeps, caller: Caller, query: Query) {
  const now = clock.now();
  const { name, tab } = tabOf(query);
  const asked = filterOf(query);
  const before = readCursor(query.cursor || undefined, ['string'])?.[0];
  const rows = await listAuthorisations(
    db,
    caller,
    { ...asked, ...tab.filter(now) },
    { limit: ON_A_PAGE, before, now },
  );
  const { items, nextCursor } = toPage(
    rows,
    ON_A_PAGE,
    (row) => [row.id],
    (row) => present(row, now),
  );
  const filtered = Object.values(asked).some((value) => value !== undefined);
  return {
    show: name,
    heading: tab.text,
    empty: filtered ? ('No authorisation here fits the filters.' satisfies Phrase) : tab.empty,
    tabs: Object.entries(TABS).map(([show, { text }]) => ({
      name: show,
      text,
      href: linkTo('/authorisations', { show }),
    })),
    query: asked,
    filtered,
    kinds: await kindsNow(db, caller.organisation, now),
    seesAll: seesAll(caller),
    mayRecord: may(caller.role, 'authorisations:record'),
    authorisations: items,
    next: nextCursor && linkTo('/authorisations', { show: name, ...asked, cursor: nextCursor }),
  };
}

/** `GET /authorisations`: everybody's, or a caller's own. */
export const authorisationsPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.get(
    '/authorisations',
    { schema: { hide: true, querystring: Query }, config: { access: 'authorisations:request' } },
    async (request, reply) => {
      const model = await modelOf(deps, callerOf(request), request.query);
      return showPage(deps, { request, reply }, 'authorisations', model, { section: 'authorisations' });
    },
  );
};
