import type { Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import Type from 'typebox';
import Value from 'typebox/value';
import { callerOf } from '../../access.ts';
import { Problem, problem } from '../../errors.ts';
import { agreeToOrders, releaseExhibit, seize, transferExhibit } from '../../exhibits/acts.ts';
import { listExhibits, presentExhibits, readExhibit } from '../../exhibits/read.ts';
import { ExhibitRef, MOST_WORDS, Seizure, Transfer } from '../../exhibits/schema.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { may } from '../../people/permissions.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import { type Answers, type EntryPage, formOf, showForm, takeForm } from '../entry-form.ts';
import { agreePage, given, LIST, movePage, seizePage } from './exhibit-forms.ts';

export interface ExhibitPageDeps extends PageDeps {
  readonly random: Random;
}

const ON_A_PAGE = 25;
const reading = { access: 'exhibits:read' } as const;
const writing = { access: 'exhibits:write' } as const;
const agreeing = { access: 'exhibits:agree' } as const;

type App = Parameters<FastifyPluginAsyncTypebox<ExhibitPageDeps>>[0];

const PLACE_OF: Readonly<Record<string, string>> = { 'device-unknown': 'device', 'breach-unknown': 'breach' };

/** What is not there, and what is held already, is an answer that does not fit. */
function asAnswer(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  const field = PLACE_OF[error.code];
  return field === undefined
    ? error
    : problem('validation', error.message, [{ field: `body.${field}`, expected: 'something that is there' }]);
}

/** Answers in the form that the API takes. Throws `validation` with the fields that do not have it. */
function bodyOf<T extends TSchema>(schema: T, answers: Answers): ReturnType<typeof Value.Parse<T>> {
  const body = given(answers);
  if (Value.Check(schema, body)) return Value.Parse(schema, body);
  const fields = [...Value.Errors(schema, body)].flatMap(({ instancePath, params }) => {
    const missing = 'requiredProperties' in params ? params.requiredProperties : [];
    return [...missing, ...(instancePath === '' ? [] : [instancePath.slice(1)])];
  });
  throw problem(
    'validation',
    'Something is missing.',
    [...new Set(fields)].map((field) => ({ field: `body.${field}`, expected: 'an answer' })),
  );
}

function listing(app: App, deps: ExhibitPageDeps): void {
  const Field = Type.Optional(Type.String({ maxLength: 1000 }));
  const querystring = Type.Object(
    { show: Type.Optional(Type.Enum(['held', 'released'])), cursor: Field },
    { additionalProperties: false },
  );
  app.get(LIST, { schema: { hide: true, querystring }, config: reading }, async (request, reply) => {
    const { show = 'held', cursor } = request.query;
    const caller = callerOf(request);
    const after = readCursor(cursor || undefined, ['string'])?.[0];
    const rows = await listExhibits(deps.db, caller, { status: show }, { limit: ON_A_PAGE, after });
    const { items, nextCursor } = toPage(
      rows,
      ON_A_PAGE,
      ({ id }) => [id],
      (row) => row,
    );
    const model = {
      exhibits: await presentExhibits(deps.db, items),
      show,
      maySeize: may(caller.role, 'exhibits:write'),
      next: nextCursor && linkTo(LIST, { show, cursor: nextCursor }),
    };
    return showPage(deps, { request, reply }, 'exhibits', model, { section: 'breaches' });
  });
  app.get(`${LIST}/:ref`, { schema: { hide: true, params: ExhibitRef }, config: reading }, async (request, reply) => {
    const { role } = callerOf(request);
    const it = await readExhibit(deps.db, callerOf(request), request.params.ref);
    const held = it.status === 'held';
    const model = { it, mayMove: held && may(role, 'exhibits:write'), mayAgree: held && may(role, 'exhibits:agree') };
    return showPage(deps, { request, reply }, 'exhibit', model, { section: 'breaches' });
  });
}

function seizing(app: App, deps: ExhibitPageDeps): void {
  const Given = Type.Optional(Type.String({ maxLength: 120 }));
  const querystring = Type.Object({ breach: Given, device: Given }, { additionalProperties: false });
  app.get(`${LIST}/new`, { schema: { hide: true, querystring }, config: writing }, (request, reply) => {
    const { breach, device } = request.query;
    const form = { breach, device, kind: device === undefined ? undefined : 'device' };
    return showForm(deps, { request, reply }, seizePage, { form });
  });
  const body = formOf(seizePage.fields);
  const page: EntryPage = { ...seizePage, check: (answers) => bodyOf(Seizure, answers) };
  app.post(LIST, { schema: { hide: true, body }, config: writing }, (request, reply) =>
    takeForm(deps, { request, reply }, page, {
      async save(answers) {
        const { db, clock, random } = deps;
        try {
          return `${LIST}/${await seize(callerOf(request), bodyOf(Seizure, answers), { db, now: clock.now(), random })}`;
        } catch (error) {
          throw asAnswer(error);
        }
      },
    }),
  );
}

function moving(app: App, deps: ExhibitPageDeps): void {
  const { db, clock } = deps;
  for (const [act, doing] of [
    ['transfers', transferExhibit],
    ['release', releaseExhibit],
  ] as const) {
    const pageOf = async (request: Parameters<typeof callerOf>[0], ref: string): Promise<EntryPage> => {
      const { heldBy } = await readExhibit(db, callerOf(request), ref);
      return { ...movePage(ref, act, { by: heldBy }), check: (answers) => bodyOf(Transfer, answers) };
    };
    const schema = { hide: true, params: ExhibitRef } as const;
    app.get(`${LIST}/:ref/${act}`, { schema, config: writing }, async (request, reply) => {
      const { ref } = request.params;
      const { heldBy } = await readExhibit(db, callerOf(request), ref);
      const form = { from: heldBy ?? '' };
      return showForm(deps, { request, reply }, await pageOf(request, ref), { form });
    });
    const body = formOf(movePage('', act, { by: null }).fields);
    app.post(`${LIST}/:ref/${act}`, { schema: { ...schema, body }, config: writing }, async (request, reply) => {
      const { ref } = request.params;
      return takeForm(deps, { request, reply }, await pageOf(request, ref), {
        async save(answers) {
          await doing(callerOf(request), ref, bodyOf(Transfer, answers), { db, now: clock.now() });
          return `${LIST}/${ref}`;
        },
      });
    });
  }
}

function agreeingTo(app: App, deps: ExhibitPageDeps): void {
  const { db, clock } = deps;
  for (const [act, agreed] of [
    ['agree', true],
    ['stop', false],
  ] as const) {
    const schema = { hide: true, params: ExhibitRef } as const;
    app.get(`${LIST}/:ref/${act}`, { schema, config: agreeing }, async (request, reply) => {
      const { ref } = await readExhibit(db, callerOf(request), request.params.ref);
      return showForm(deps, { request, reply }, agreePage(ref, agreed), { form: {} });
    });
    const body = formOf(agreePage('', agreed).fields);
    app.post(`${LIST}/:ref/${act}`, { schema: { ...schema, body }, config: agreeing }, async (request, reply) => {
      const { ref } = await readExhibit(db, callerOf(request), request.params.ref);
      const wanted = Type.Object({ note: Type.String({ minLength: 1, maxLength: MOST_WORDS }) });
      const page: EntryPage = { ...agreePage(ref, agreed), check: (answers) => bodyOf(wanted, answers) };
      return takeForm(deps, { request, reply }, page, {
        async save(answers) {
          const { note } = bodyOf(wanted, answers);
          await agreeToOrders(callerOf(request), ref, { agreed, note }, { db, now: clock.now() });
          return `${LIST}/${ref}`;
        },
      });
    });
  }
}

/** `/exhibits`: what was seized, who has had it, and whether orders may change it (clause 4.7). */
export const exhibitPages: FastifyPluginAsyncTypebox<ExhibitPageDeps> = async (app, deps) => {
  seizing(app, deps);
  listing(app, deps);
  moving(app, deps);
  agreeingTo(app, deps);
};
