import type { Clock } from '@beadle/shared';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CallerRole, callerOf, type Permission } from '../access.ts';
import type { Db } from '../db/database.ts';
import { DEFAULT_SETTINGS } from '../organisation/settings.ts';
import { ORGANISATION, readOrganisation } from '../organisation/store.ts';
import { may } from '../people/permissions.ts';
import { languageOf, pageAgain } from './language/language.ts';
import { isInBoth, type Section, type Shell, type Views } from './views.ts';

export interface PageDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly views: Views;
  /** Said on every page where the data is invented. */
  readonly notice?: string | undefined;
}

interface PageOptions {
  readonly section?: Shell['section'];
  readonly status?: number | undefined;
  /** Answers without the database's words where it does not give them: what has failed may be the database. */
  readonly evenSo?: boolean;
}

const UNNAMED = { name: 'The council', settings: DEFAULT_SETTINGS } as const;

const SECTIONS: readonly (readonly [Section, Permission])[] = [
  ['overview', 'console'],
  ['my-device', 'own:read'],
  ['report', 'breaches:report'],
  ['breaches', 'breaches:read'],
  ['messages', 'breaches:read'],
  ['devices', 'devices:read'],
  ['people', 'people:read'],
  ['registers', 'registers:read'],
  ['policies', 'policies:read'],
  ['authorisations', 'authorisations:request'],
  ['withdrawals', 'withdrawals:read'],
  ['incidents', 'authorisations:request'],
  ['helpdesk', 'helpdesk:read'],
  ['rights', 'rights:answer'],
  ['settings', 'settings:read'],
];

const sectionsOf = (role: CallerRole): Section[] =>
  SECTIONS.flatMap(([section, permission]) => (may(role, permission) ? [section] : []));

/** What every page has around it. A page that anyone may see is the one council's. */
async function shellOf(
  { db, notice }: PageDeps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { section, evenSo = false }: PageOptions,
): Promise<Shell> {
  const { caller } = request;
  const reading = readOrganisation(db, caller?.organisation ?? ORGANISATION);
  const { name, settings } = await (evenSo ? reading.catch(() => UNNAMED) : reading);
  return {
    council: name,
    marking: settings.marking,
    contact: settings.contact,
    notice,
    nonce: reply.cspNonce.script,
    caller: caller ?? undefined,
    sees: caller === null ? [] : sectionsOf(caller.role),
    searches: caller !== null && may(caller.role, 'console'),
    csrf: reply.generateCsrf(),
    section,
    language: languageOf(request),
  };
}

/** Answers with a page. Nothing that has been shown is kept by the browser or a proxy. */
export async function showPage(
  deps: PageDeps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  view: string,
  model: object,
  options: PageOptions = {},
): Promise<FastifyReply> {
  const shell = await shellOf(deps, { request, reply }, options);
  const again = isInBoth(view) ? pageAgain(request) : undefined;
  const html = deps.views.render(view, { ...shell, again }, model);
  return reply
    .code(options.status ?? 200)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}

/** Whether the caller may acknowledge and close breaches. */
export const mayAct = (request: FastifyRequest): boolean => may(callerOf(request).role, 'breaches:write');

const DAY_MS = 86_400_000;

/** A device that has said nothing for this long is shown as not known. */
export const SILENT_AFTER = { days: 7, ms: 7 * DAY_MS } as const;
export const WEEK_MS = 7 * DAY_MS;

/** A link to the same list with other parameters; what is empty is left out. */
export function linkTo(path: string, parameters: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = new URLSearchParams(given).toString();
  return query === '' ? path : `${path}?${query}`;
}
