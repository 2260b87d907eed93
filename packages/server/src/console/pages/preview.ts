import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { actorOf, callerOf } from '../../access.ts';
import { readCursor, toPage } from '../../pagination.ts';
import { may } from '../../people/permissions.ts';
import { movesToReport } from '../../policies/moves.ts';
import { putInForce } from '../../policies/put-in-force.ts';
import { readUpload, UPLOAD_LIMIT } from '../../policies/policy-file.ts';
import { presentChange, presentPreview } from '../../preview/present.ts';
import { previewNamed } from '../../preview/routes.ts';
import { type PreviewDeps, startPreview } from '../../preview/start.ts';
import { listChanges } from '../../preview/store.ts';
import { linkTo, type PageDeps, showPage } from '../console.ts';
import { takeFiles } from '../multipart.ts';

export type PreviewPageDeps = PageDeps & PreviewDeps & { readonly wake: () => void };

const closed = { additionalProperties: false } as const;
const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) }, closed);
const Form = Type.Object({ file: Type.Optional(Type.String({ maxLength: UPLOAD_LIMIT })) }, closed);
const ON_A_PAGE = 50;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}
interface Refused {
  readonly detail: string;
  readonly fields: readonly { readonly field: string; readonly expected: string }[];
}

const showForm = (deps: PreviewPageDeps, exchange: Exchange, refused?: Refused) =>
  showPage(
    deps,
    exchange,
    'policy-upload',
    { refused },
    { section: 'policies', status: refused === undefined ? 200 : 400 },
  );

/** Reads the file and goes to what it would change; else shows the form again with what is wrong. */
async function begin(deps: PreviewPageDeps, { request, reply }: Exchange, text: string): Promise<FastifyReply> {
  if (text.trim() === '') return showForm(deps, { request, reply }, { detail: 'Select a policy file', fields: [] });
  const read = readUpload(text);
  if (!read.ok) return showForm(deps, { request, reply }, read);
  const caller = callerOf(request);
  const { organisation } = caller;
  const wanted = { organisation, document: read.document, source: text, by: actorOf(caller) };
  const { id } = await startPreview(deps, wanted);
  return reply.redirect(`/policies/previews/${id}`, 303);
}

async function showResult(deps: PreviewPageDeps, { request, reply }: Exchange, id: string): Promise<FastifyReply> {
  const { organisation, role } = callerOf(request);
  const preview = await previewNamed(deps, organisation, id);
  const found = presentPreview(preview);
  const moves = await movesToReport(deps.db, organisation, preview.document, deps.clock.now());
  const [matters, same] = [true, false].map((wanted) => found.rules.filter((rule) => rule.matters === wanted));
  const model = { preview: found, moves, matters, same, mayWrite: may(role, 'policies:write') };
  return showPage(deps, { request, reply }, 'policy-preview', model, { section: 'policies' });
}

async function putPreviewed(deps: PreviewPageDeps, { request, reply }: Exchange, id: string): Promise<FastifyReply> {
  const caller = callerOf(request);
  const { organisation } = caller;
  const preview = await previewNamed(deps, organisation, id);
  if (preview.status !== 'done') return reply.redirect(`/policies/previews/${id}`, 303);
  const { document, source } = preview;
  await putInForce(deps.db, { organisation, document, source, by: actorOf(caller), at: deps.clock.now() });
  return reply.redirect('/policies?done=in-force', 303);
}

const Devices = Type.Object(
  {
    rule: Type.Optional(Type.String({ maxLength: 80 })),
    cursor: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  closed,
);

function devicesPage(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: PreviewPageDeps): void {
  app.get(
    '/policies/previews/:id/devices',
    { schema: { hide: true, params: Id, querystring: Devices }, config: { access: 'devices:read' } },
    async (request, reply) => {
      const { rule = '', cursor } = request.query;
      const preview = await previewNamed(deps, callerOf(request).organisation, request.params.id);
      const after = readCursor(cursor || undefined, ['string', 'string']);
      const filter = { rule: rule || undefined };
      const rows = await listChanges(deps.db, preview, filter, { limit: ON_A_PAGE, after });
      const { items, nextCursor } = toPage(rows, ON_A_PAGE, (row) => [row.rule, row.asset_tag], presentChange);
      const here = `/policies/previews/${preview.id}`;
      const next = nextCursor && linkTo(`${here}/devices`, { rule, cursor: nextCursor });
      const ofRule = presentPreview(preview).rules.find((one) => one.rule === rule);
      const model = { here, rule, ofRule, version: preview.version, devices: items, next };
      return showPage(deps, { request, reply }, 'policy-preview-devices', model, { section: 'policies' });
    },
  );
}

/** Upload, look at what would change, put in force: two steps, so that nobody moves a rule to report unseen. */
export const previewPages: FastifyPluginAsyncTypebox<PreviewPageDeps> = async (app, deps) => {
  takeFiles(app, UPLOAD_LIMIT + 64 * 1024);
  const [read, write] = [{ access: 'devices:read' } as const, { access: 'policies:write' } as const];
  app.get('/policies/preview', { schema: { hide: true }, config: write }, (request, reply) =>
    showForm(deps, { request, reply }),
  );
  app.post('/policies/preview', { schema: { hide: true, body: Form }, config: write }, (request, reply) =>
    begin(deps, { request, reply }, request.body.file ?? ''),
  );
  app.get('/policies/previews/:id', { schema: { hide: true, params: Id }, config: read }, (request, reply) =>
    showResult(deps, { request, reply }, request.params.id),
  );
  const Empty = Type.Object({}, closed);
  app.post(
    '/policies/previews/:id/in-force',
    { schema: { hide: true, params: Id, body: Empty }, config: write },
    (request, reply) => putPreviewed(deps, { request, reply }, request.params.id),
  );
  devicesPage(app, deps);
};
