import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { titleOf } from '../../../breaches/appearance.ts';
import { problem } from '../../../errors.ts';
import { linkTo, showPage } from '../../console.ts';
import { type FieldError, formSchema, type Sent } from '../../forms/fields.ts';
import { asSent, readForm, summaryOf } from '../../forms/read.ts';
import { labelOf } from '../../labels.ts';
import { refusedAt } from '../act-words.ts';
import { DESK_ACTS } from './acts.ts';
import { assessAct } from './assess.ts';
import { type DeskAct, mayDo } from './desk-act.ts';
import { type DeskCase, type DeskDeps, type Exchange, openCase, pathOf } from './desk-case.ts';
import { encryptionWords } from './encryption.ts';

const Params = Type.Object(
  {
    ref: Type.String({ minLength: 1, maxLength: 40 }),
    action: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  },
  { additionalProperties: false },
);

function refuse(act: DeskAct, it: DeskCase): void {
  if (!mayDo(act, it.caller)) throw problem('not-permitted', 'Your role may not do this.');
  if (!act.isOpen(it)) {
    const status = labelOf('status', it.breach.status).text.toLowerCase();
    throw problem('conflict', `This cannot be done now: ${it.breach.ref} is ${status}.`);
  }
}

const addressOf = ({ path }: DeskAct, { breach, action = '' }: DeskCase) =>
  `${pathOf(breach.ref)}/${path.replace(':action', encodeURIComponent(action))}`;

const frameOf = (act: DeskAct, it: DeskCase) => ({
  ref: it.breach.ref,
  appears: titleOf(it.breach),
  heading: act.heading,
  desk: pathOf(it.breach.ref),
  here: addressOf(act, it),
});

interface Turn {
  readonly deps: DeskDeps;
  readonly exchange: Exchange;
  readonly act: DeskAct;
  readonly it: DeskCase;
}

async function showForm({ deps, exchange, act, it }: Turn, sent: Sent, errors: readonly FieldError[] = []) {
  const model = {
    ...frameOf(act, it),
    intro: act.intro?.(it) ?? [],
    known: act === assessAct ? await encryptionWords(deps, it) : [],
    fields: act.fields,
    button: act.button,
    sent,
    errors,
  };
  return showPage(deps, exchange, 'act', model, { section: 'breaches', status: errors.length > 0 ? 400 : 200 });
}

async function take(turn: Turn, sent: Sent): Promise<FastifyReply> {
  const { deps, exchange, act, it } = turn;
  const { values, errors } = readForm(act.fields, sent, it.now);
  const found = errors.length > 0 ? errors : (act.check?.(values) ?? []);
  if (found.length > 0 || sent['step'] === 'change') return showForm(turn, sent, found);
  if (act.confirm !== undefined && sent['step'] !== 'confirmed') {
    const { step: _, ...again } = sent;
    const confirm = await act.confirm(it, values, deps);
    const model = { ...frameOf(act, it), confirm, summary: summaryOf(act.fields, values), sent: again };
    return showPage(deps, exchange, 'act-confirm', model, { section: 'breaches' });
  }
  try {
    await act.run(it, values, deps);
  } catch (error) {
    return showForm(turn, sent, refusedAt(act.fields, error));
  }
  return exchange.reply.redirect(linkTo(pathOf(it.breach.ref), { done: act.name }), 303);
}

/** `/breaches/{ref}/…`: each act of a person as a page that asks, one that confirms where it must, and the act itself. */
export const actPages: FastifyPluginAsyncTypebox<DeskDeps> = async (app, deps) => {
  for (const act of DESK_ACTS) {
    const url = `/breaches/:ref/${act.path}`;
    const config = { access: act.access };
    const open = async (exchange: Exchange, { ref, action }: { ref: string; action?: string }): Promise<Turn> => {
      const it = { ...(await openCase(deps, exchange.request, ref)), action };
      refuse(act, it);
      return { deps, exchange, act, it };
    };
    app.get(url, { schema: { hide: true, params: Params }, config }, async (request, reply) => {
      const turn = await open({ request, reply }, request.params);
      return showForm(turn, asSent(act.fields, act.given?.(turn.it) ?? {}));
    });
    const schema = { hide: true, params: Params, body: formSchema(act.fields) };
    app.post(url, { schema, config }, async (request, reply) =>
      take(await open({ request, reply }, request.params), request.body as Sent),
    );
  }
};
