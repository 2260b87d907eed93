import type { Random } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { actorOf, callerOf, type Permission } from '../../access.ts';
import { answerOf, IMPORT_LIMIT_BYTES, runImport } from '../../registers/import-routes.ts';
import { MOST_GONE_PERCENT } from '../../registers/plan.ts';
import type { RegisterName } from '../../registers/register.ts';
import { type Outcome, registers } from '../../registers/run.ts';
import { type PageDeps, showPage } from '../console.ts';
import { acceptUploads, NOT_TEXT } from '../uploads.ts';
import type { Shell } from '../views.ts';

export interface ImportPageDeps extends PageDeps {
  readonly random: Random;
}

interface ImportPage {
  readonly name: RegisterName;
  readonly access: Permission;
  readonly section: Shell['section'];
  /** Where the list itself is. */
  readonly list: string;
  /** What happens to what a whole list does not have; undefined where nothing does. */
  readonly gone?: string;
}

const PAGES: readonly ImportPage[] = [
  {
    name: 'people',
    access: 'people:write',
    section: 'people',
    list: '/people',
    gone: 'People who are not in it are marked as gone. Their records stay.',
  },
  { name: 'devices', access: 'devices:write', section: 'devices', list: '/devices' },
  {
    name: 'sticks',
    access: 'registers:write',
    section: 'registers',
    list: '/registers/sticks',
    gone: 'Sticks that are not in it are marked as retired.',
  },
  {
    name: 'printers',
    access: 'registers:write',
    section: 'registers',
    list: '/registers/printers',
    gone: 'Printers that are not in it are no longer classified.',
  },
];

const Body = Type.Object(
  {
    file: Type.Optional(Type.String({ maxLength: IMPORT_LIMIT_BYTES })),
    /** The file again, once the dry run has been shown. */
    text: Type.Optional(Type.String({ maxLength: IMPORT_LIMIT_BYTES })),
    whole: Type.Optional(Type.String({ maxLength: 5 })),
    evenMany: Type.Optional(Type.String({ maxLength: 5 })),
  },
  { additionalProperties: false },
);
type Body = Static<typeof Body>;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const form = ({ name, list, gone }: ImportPage) => ({
  register: name,
  list,
  gone,
  columns: registers[name].columns.map((column) => ({
    name: column.name,
    needed: column.needed,
    expected: column.expected,
  })),
});

function modelOf(outcome: Outcome) {
  if (outcome.kind === 'refused') return { problems: outcome.problems };
  const tooMany = outcome.kind === 'too-many-gone' ? { most: MOST_GONE_PERCENT, of: outcome.expected } : undefined;
  return {
    result: answerOf({
      kind: 'done',
      plan: outcome.plan,
      dryRun: outcome.kind !== 'done' || outcome.dryRun,
      overruled: outcome.kind === 'done' ? outcome.overruled : [],
    }),
    tooMany,
  };
}

/** Shows what the file would do first; the same file, sent again from there, does it. */
async function take(
  deps: ImportPageDeps,
  page: ImportPage,
  { request, reply }: Exchange,
  body: Body,
): Promise<FastifyReply> {
  const { name, section } = page;
  const show = (model: object, status = 200) =>
    showPage(deps, { request, reply }, 'import', { ...form(page), ...model }, { section, status });
  const text = body.text ?? body.file ?? '';
  if (text === '') return show({ error: 'Choose the file that you want to import' }, 400);
  if (text === NOT_TEXT) return show({ error: 'Save the file as "CSV UTF-8": it is in another encoding' }, 400);
  const caller = callerOf(request);
  const context = { organisation: caller.organisation, at: deps.clock.now(), by: actorOf(caller) };
  const options = {
    dryRun: body.text === undefined,
    whole: page.gone !== undefined && body.whole === 'yes',
    evenMany: body.evenMany === 'yes',
  };
  const write = { ...context, random: deps.random, source: 'csv' } as const;
  const outcome = await runImport(deps, name, new TextEncoder().encode(text), write, options);
  return show({ ...modelOf(outcome), text, whole: options.whole }, outcome.kind === 'done' ? 200 : 400);
}

/** `/import/people`, `/import/devices`, `/import/sticks`, `/import/printers`. */
export const importPages: FastifyPluginAsyncTypebox<ImportPageDeps> = async (app, deps) => {
  // The file, and room for what stands between the fields.
  const bodyLimit = IMPORT_LIMIT_BYTES + 64 * 1024;
  acceptUploads(app, bodyLimit);
  for (const page of PAGES) {
    const config = { access: page.access };
    const { section } = page;
    app.get(`/import/${page.name}`, { schema: { hide: true }, config }, (request, reply) =>
      showPage(deps, { request, reply }, 'import', form(page), { section }),
    );
    app.post(`/import/${page.name}`, { schema: { hide: true, body: Body }, config, bodyLimit }, (request, reply) =>
      take(deps, page, { request, reply }, request.body),
    );
  }
};
