import { readFileSync } from 'node:fs';
import { ROLES } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { CallerRole } from './access.ts';
import type { RawSettings } from './settings-source.ts';

const Text = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 1000, description, examples: [example] });
const Claim = (description: string, example: string) =>
  Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_:/.-]{1,200}$', description, examples: [example] }));
const CALLER_ROLES: readonly CallerRole[] = ['administrator', ...ROLES];
/** A name of digits alone would lose its place: JavaScript puts such keys first. */
const GROUP = '^(?![0-9]+$)[^\\u0000-\\u001f]{1,300}$';

/** `oidc` of the settings: the council's own sign-in, by OpenID Connect. */
export const OidcFile = Type.Object(
  {
    issuer: Text(
      'https:// with the address by which the provider names itself',
      'https://login.microsoftonline.com/2f6f…/v2.0',
    ),
    clientId: Text('the id under which this server is registered at the provider', 'beadle'),
    clientSecretFile: Text('a path', '/etc/beadle-server/oidc-secret'),
    scopes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$' }), {
        maxItems: 20,
        description: 'a list of scopes',
        examples: [['openid', 'profile', 'email']],
      }),
    ),
    nameClaim: Claim('the claim that has the name of the account', 'preferred_username'),
    groupsClaim: Claim('the claim that has the groups', 'groups'),
    roles: Type.Record(Type.String({ pattern: GROUP }), Type.Enum([...CALLER_ROLES]), {
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 100,
      description: `roles by group, each one of ${CALLER_ROLES.join(', ')}`,
      examples: [{ 'Beadle officers': 'information-security-team-leader' }],
    }),
    label: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 60,
        pattern: '^[^\\u0000-\\u001f]+$',
        description: 'what the sign-in page calls it, of 1 to 60 characters',
        examples: ['your council account'],
      }),
    ),
    caFile: Type.Optional(Text('a path', '/etc/beadle-server/oidc-ca.pem')),
    proxy: Type.Optional(Text('http:// with a host and a port of a proxy', 'http://proxy.council.gov.uk:3128')),
  },
  { additionalProperties: false },
);
type OidcFile = Static<typeof OidcFile>;

/** The group that everybody is in whom no other fits. */
export const EVERYBODY = '*';

export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Read at each sign-in, so that a changed secret needs no restart. */
  readonly readSecret: () => string;
  readonly scope: string;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  /** In the order of the settings: the first whose group a person is in. */
  readonly roles: readonly (readonly [string, CallerRole])[];
  /** The role of whom no group fits; null: they may not sign in. */
  readonly otherwise: CallerRole | null;
  readonly label: string;
  /** What signed the provider's certificate, where this machine does not trust it already. */
  readonly caFile: string | null;
  readonly proxy: string | null;
}

const isThisMachine = ({ hostname }: URL): boolean => /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname);

type Raw = Pick<RawSettings<unknown>, 'path' | 'refuse'>;

function issuerOf(text: string, raw: Raw): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isThisMachine(url));
  const isPlain = url?.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (url === undefined || !isSafe || !isPlain)
    throw raw.refuse('oidc.issuer', 'https:// with a host, or http:// on this machine, without ? and #');
  // Microsoft's addresses for the accounts of every organisation: whoever has one could sign in here.
  if (url.hostname === 'login.microsoftonline.com' && !/^\/[0-9a-f-]{36}\/v2\.0\/?$/i.test(url.pathname))
    throw raw.refuse('oidc.issuer', "https://login.microsoftonline.com/ with the council's tenant id and /v2.0");
  return url;
}

function proxyOf(text: string | undefined, raw: Raw): string | null {
  if (text === undefined) return null;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw raw.refuse('oidc.proxy', 'http:// with a host and a port of a proxy');
}

export function oidcOf(file: OidcFile, raw: Raw): OidcSettings {
  const secretFile = raw.path('oidc.clientSecretFile') ?? file.clientSecretFile;
  const roles = Object.entries(file.roles);
  return Object.freeze({
    issuer: issuerOf(file.issuer, raw),
    clientId: file.clientId,
    readSecret: () => readFileSync(secretFile, 'utf8').replace(/\r?\n$/, ''),
    scope: [...new Set(['openid', ...(file.scopes ?? ['profile'])])].join(' '),
    nameClaim: file.nameClaim ?? 'preferred_username',
    groupsClaim: file.groupsClaim ?? 'groups',
    roles: Object.freeze(roles.filter(([group]) => group !== EVERYBODY)),
    otherwise: file.roles[EVERYBODY] ?? null,
    label: file.label ?? 'your council account',
    caFile: raw.path('oidc.caFile') ?? null,
    proxy: proxyOf(file.proxy, raw),
  });
}
