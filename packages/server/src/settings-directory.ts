import { readFileSync } from 'node:fs';
import { POPULATIONS, type Population } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { RawSettings } from './settings-source.ts';

const Text = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 1000, description, examples: [example] });
const Attribute = (example: string) =>
  Type.Optional(
    Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9-]{0,63}$',
      description: 'the name of an attribute',
      examples: [example],
    }),
  );
const closed = { additionalProperties: false } as const;

/** `directory` of the settings: where people are imported from, over LDAP. */
export const DirectoryFile = Type.Object(
  {
    url: Type.String({
      pattern: '^ldaps://[A-Za-z0-9._\\-\\[\\]:]{1,253}/?$',
      description: 'ldaps:// with a host, and a port where it is not 636',
      examples: ['ldaps://dc1.council.gov.uk'],
    }),
    /** The authority that signed the directory's certificate, where this machine does not trust it already. */
    caFile: Type.Optional(Text('a path', '/etc/beadle-server/directory-ca.pem')),
    bindDn: Text(
      'the name of an account that may read people and groups',
      'CN=beadle,OU=Services,DC=council,DC=gov,DC=uk',
    ),
    passwordFile: Type.Optional(Text('a path', '/etc/beadle-server/directory-password')),
    /** Better in a file: a process's variables are easily seen. */
    password: Type.Optional(Text('a password, in the variable alone', 'PASSWORD')),
    base: Text('where people are looked for', 'OU=People,DC=council,DC=gov,DC=uk'),
    groupBase: Type.Optional(Text('where groups are looked for', 'OU=Groups,DC=council,DC=gov,DC=uk')),
    filter: Type.Optional(Text('a filter of LDAP (RFC 4515)', '(&(objectCategory=person)(objectClass=user))')),
    /** The only groups that are asked about. */
    groups: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200, pattern: '^[^;\\u0000-\\u001f]+$' }), {
        maxItems: 200,
        description: 'a list of the common names of groups',
        examples: [['Emergency Planning', 'Housing']],
      }),
    ),
    /** Of whom the directory does not say it. */
    population: Type.Optional(
      Type.Enum([...POPULATIONS], { description: `one of ${POPULATIONS.join(', ')}`, examples: ['employee'] }),
    ),
    attributes: Type.Optional(
      Type.Object(
        {
          account: Attribute('sAMAccountName'),
          name: Attribute('displayName'),
          email: Attribute('mail'),
          lineManager: Attribute('manager'),
          population: Attribute('employeeType'),
        },
        closed,
      ),
    ),
  },
  closed,
);
type DirectoryFile = Static<typeof DirectoryFile>;

export interface DirectorySettings {
  readonly url: string;
  readonly caFile: string | null;
  readonly bindDn: string;
  /** Read at each import, so that a changed password needs no restart. */
  readonly readPassword: () => string;
  readonly base: string;
  readonly groupBase: string;
  readonly filter: string;
  readonly groups: readonly string[];
  readonly population: Population;
  /** The names of the attributes that are asked for: no other is. */
  readonly attributes: {
    readonly account: string;
    readonly name: string;
    readonly email: string;
    readonly lineManager: string;
    /** Null: not asked for. */
    readonly population: string | null;
  };
}

/** People who have an account: contacts and computers are none. */
export const PEOPLE = '(&(objectCategory=person)(objectClass=user))';

export function directoryOf(
  file: DirectoryFile,
  raw: Pick<RawSettings<unknown>, 'path' | 'refuse'>,
): DirectorySettings {
  const passwordFile = raw.path('directory.passwordFile');
  if ((passwordFile === undefined) === (file.password === undefined))
    throw raw.refuse(
      'directory.passwordFile',
      'directory.passwordFile or the variable BEADLE_SERVER_DIRECTORY_PASSWORD',
    );
  const { account, name, email, lineManager, population } = file.attributes ?? {};
  return {
    url: file.url,
    caFile: raw.path('directory.caFile') ?? null,
    bindDn: file.bindDn,
    readPassword: () => file.password ?? readFileSync(passwordFile ?? '', 'utf8').replace(/\r?\n$/, ''),
    base: file.base,
    groupBase: file.groupBase ?? file.base,
    filter: file.filter ?? PEOPLE,
    groups: Object.freeze([...new Set(file.groups ?? [])]),
    population: file.population ?? 'employee',
    attributes: Object.freeze({
      account: account ?? 'sAMAccountName',
      name: name ?? 'displayName',
      email: email ?? 'mail',
      lineManager: lineManager ?? 'manager',
      population: population ?? null,
    }),
  };
}
