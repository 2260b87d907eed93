import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../../access.ts';
import { actOn } from '../../../breaches/life/act.ts';
import { type BreachView, readBreaches } from '../../../breaches/read.ts';
import { type PageDeps, showPage } from '../../console.ts';
import type { FieldError, Sent } from '../../forms/fields.ts';
import { readForm } from '../../forms/read.ts';
import { count as counted } from '../../words.ts';
import { refusalWords } from '../act-words.ts';
import type { Exchange } from '../desk/desk-case.ts';
import { inList } from '../overview.ts';
import { MANY_ACTS, type ManyAct } from './many.ts';
import { keptOf, Query, queueLink } from './query.ts';
import { linkTo } from '../../console.ts';
import { showQueue } from './show.ts';

const MOST_SELECTED = 100;
const Field = Type.Optional(Type.String({ maxLength: 50_000 }));
const Ref = Type.String({ minLength: 1, maxLength: 40 });
const Body = Type.Object(
  {
    ref: Type.Optional(Type.Union([Ref, Type.Array(Ref, { maxItems: MOST_SELECTED })])),
    what: Field,
    step: Field,
    whose: Field,
    owner: Field,
    reason: Field,
  },
  { additionalProperties: false },
);
type Body = Static<typeof Body>;

const refsOf = ({ ref }: Body): string[] => [...new Set(typeof ref === 'string' ? [ref] : (ref ?? []))];

interface Selection {
  readonly act: ManyAct;
  readonly can: readonly BreachView[];
  /** Those that it cannot be done to, with why. */
  readonly left: readonly { readonly ref: string; readonly why: string }[];
}

async function select({ db }: PageDeps, { request }: Exchange, act: ManyAct, refs: readonly string[]) {
  const found = await readBreaches(db, callerOf(request), refs);
  return {
    act,
    can: found.filter((breach) => act.not(breach) === undefined),
    left: found.flatMap((breach) => {
      const why = act.not(breach);
      return why === undefined ? [] : [{ ref: breach.ref, why }];
    }),
  };
}

const manyWords = (number: number): string => counted(number, 'breach', 'breaches');

function showSelection(
  deps: PageDeps,
  exchange: Exchange,
  query: Query,
  { act, can, left }: Selection,
  { sent = {}, errors = [] }: { readonly sent?: Sent; readonly errors?: readonly FieldError[] } = {},
): Promise<FastifyReply> {
  const many = manyWords(can.length);
  const model = {
    heading: act.heading(many),
    warning: act.warning,
    button: act.button(many),
    what: act.name,
    fields: act.fields,
    breaches: can.map(inList),
    left,
    here: linkTo('/breaches/selected', keptOf(query)),
    back: queueLink(query),
    sent,
    errors,
  };
  return showPage(deps, exchange, 'selected', model, { section: 'breaches', status: errors.length > 0 ? 400 : 200 });
}

async function carryOut(deps: PageDeps, exchange: Exchange, query: Query, selection: Selection, body: Body) {
  const { act, can } = selection;
  const { ref: _, what: __, ...sent } = body;
  const now = deps.clock.now();
  const caller = callerOf(exchange.request);
  const { values, errors } = readForm(act.fields, sent, now);
  if (errors.length > 0) return showSelection(deps, exchange, query, selection, { sent, errors });
  const refs = can.map(({ ref }) => ref);
  try {
    await actOn(caller, refs, act.act(values, caller, now), { db: deps.db, now });
  } catch (error) {
    const text = `Nothing has been changed. ${refusalWords(error)}`;
    return showSelection(deps, exchange, query, selection, { sent, errors: [{ field: 'selected', text }] });
  }
  return exchange.reply.redirect(queueLink(query, { done: act.name, count: String(refs.length) }), 303);
}

/** `POST /breaches/selected`: one act on those that were ticked, once a page has named each of them. */
export const selectedPages: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  app.post(
    '/breaches/selected',
    { schema: { hide: true, querystring: Query, body: Body }, config: { access: 'breaches:write' } },
    async (request, reply) => {
      const exchange = { request, reply };
      const { query, body } = request;
      const refs = refsOf(body);
      const act = MANY_ACTS.find(({ name }) => name === body.what);
      const errors = [
        ...(refs.length === 0
          ? [{ field: 'ref', text: 'Select the breaches that you want to do something with' }]
          : []),
        ...(act === undefined ? [{ field: 'what', text: 'Choose what to do with the selected breaches' }] : []),
      ];
      if (act === undefined || errors.length > 0)
        return showQueue(deps, exchange, query, { errors, ticked: refs, what: body.what });
      const selection = await select(deps, exchange, act, refs);
      return body.step === 'confirmed' && selection.can.length > 0
        ? carryOut(deps, exchange, query, selection, body)
        : showSelection(deps, exchange, query, selection);
    },
  );
};
