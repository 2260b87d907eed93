import { iso } from '@beadle/shared';
import Type from 'typebox';
import Value from 'typebox/value';
import { type CallerRole, type Permission, PERMISSIONS } from '../access.ts';
import type { Db } from '../db/database.ts';
import { StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { NAME } from '../people/accounts.ts';
import { CALLER_ROLES, isCallerRole, whyNotOnly } from '../people/permissions.ts';
import { endToken, makeToken } from '../people/token-change.ts';
import { type ApiToken, listTokens } from '../people/tokens.ts';
import { type CommandIo, print, table } from './io.ts';

const MOST_LISTED = 1000;

export function roleOf(text: string): CallerRole {
  if (isCallerRole(text)) return text;
  throw new StartError(`--role: expected one of ${CALLER_ROLES.join(', ')}, not "${text}".`, { exitCode: 2 });
}

export function nameOf(text: string): string {
  if (Value.Check(Type.String(NAME), text)) return text;
  throw new StartError(`--name: expected ${NAME.description}, on one line.`, { exitCode: 2 });
}

const DAY_MS = 86_400_000;

/** `90d`, or a time. */
function expiryOf(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  const at = days === undefined ? Date.parse(text) : now + Number(days) * DAY_MS;
  if (at > now) return at;
  throw new StartError(
    `--expires: expected a number of days such as 90d, or a time to come such as 2027-11-01T00:00:00Z, not "${text}".`,
    {
      exitCode: 2,
    },
  );
}

export interface TokenOptions {
  readonly role: string;
  readonly name: string;
  readonly expires?: string | undefined;
  readonly only?: string | undefined;
}

function onlyOf(text: string | undefined, role: CallerRole): readonly Permission[] | undefined {
  if (text === undefined) return undefined;
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const only = names.filter((name): name is Permission => (PERMISSIONS as readonly string[]).includes(name));
  const expected = only.length < names.length ? `some of ${PERMISSIONS.join(', ')}` : whyNotOnly(role, only);
  if (expected === undefined) return only;
  throw new StartError(`--only: expected ${expected}, not "${text}".`, { exitCode: 2 });
}

/** Prints the token, once; nothing else on standard output, so that a script can keep it. */
export async function tokenCreate(db: Db, io: CommandIo, options: TokenOptions): Promise<number> {
  const at = io.clock.now();
  const [role, name, expiresAt] = [roleOf(options.role), nameOf(options.name), expiryOf(options.expires, at)];
  const only = onlyOf(options.only, role);
  const act = { organisation: ORGANISATION, at, actor: `cli:${io.user}` };
  const { token } = await makeToken({ db, random: io.random }, { name, role, expiresAt, only }, act);
  print(io.stdout, token);
  return 0;
}

function stateOf({ revokedAt, expiresAt }: ApiToken, now: number): string {
  if (revokedAt !== null) return `revoked ${iso(revokedAt)}`;
  if (expiresAt === null) return 'live';
  return expiresAt <= now ? `expired ${iso(expiresAt)}` : `live until ${iso(expiresAt)}`;
}

export async function tokenList(
  db: Db,
  io: CommandIo,
  { json }: { readonly json?: boolean | undefined },
): Promise<number> {
  const now = io.clock.now();
  const tokens = await listTokens(db, ORGANISATION, { limit: MOST_LISTED });
  const rows = tokens.map((token) => ({ ...token, state: stateOf(token, now) }));
  if (json === true) print(io.stdout, JSON.stringify(rows));
  else
    print(
      io.stdout,
      ...table([
        ['ID', 'ROLE', 'NAME', 'STATE', 'ONLY'],
        ...rows.map(({ id, role, name, state, only }) => [id, role, name, state, only?.join(',') ?? '']),
      ]),
    );
  return 0;
}

/** By id, or by a name that one live token has. */
export async function tokenRevoke(db: Db, io: CommandIo, which: string): Promise<number> {
  const live = (await listTokens(db, ORGANISATION, { limit: MOST_LISTED })).filter(
    ({ revokedAt }) => revokedAt === null,
  );
  const found = live.filter(({ id, name }) => id === which || name === which);
  const [token] = found;
  if (token === undefined)
    throw new StartError(
      `There is no live token with the id or name ${which}: \`beadle-server token list\` shows all.`,
    );
  if (found.length > 1)
    throw new StartError(
      `${found.length} tokens are named ${which}: give the id of one, ${found.map(({ id }) => id).join(' or ')}.`,
    );
  await endToken(db, token.id, { organisation: ORGANISATION, at: io.clock.now(), actor: `cli:${io.user}` });
  print(io.stdout, `Revoked ${token.id} (${token.name}).`);
  return 0;
}
