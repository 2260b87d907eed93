import Type, { type Static } from 'typebox';
import { FACILITIES } from './facilities.ts';

const closed = { additionalProperties: false } as const;
const Text = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 1000, description, examples: [example] });
const Path = (example: string) => Text('a path', example);
/** Off until ICT has seen `beadle-server connectors test` succeed. */
const Enabled = Type.Optional(Type.Boolean({ description: 'true or false', examples: [true] }));

/** The device itself is Beadle's own to lock; every other facility is some system's. */
export const DIRECTORY_FACILITIES = FACILITIES.filter((one) => one !== 'device');

const FacilityFile = Type.Object(
  {
    facility: Type.Enum([...DIRECTORY_FACILITIES], {
      description: `one of ${DIRECTORY_FACILITIES.join(', ')}`,
      examples: ['remote-access'],
    }),
    /** For `network` alone: whoever has no account has nothing of what an account carries. */
    disableAccount: Type.Optional(Type.Boolean({ description: 'true or false', examples: [true] })),
    groups: Type.Optional(
      Type.Array(
        Type.String({ pattern: '^[A-Za-z]+=[^\\u0000-\\u001f]+, *[Dd][Cc]=[^\\u0000-\\u001f]+$', maxLength: 1000 }),
        {
          maxItems: 50,
          description: 'a list of the distinguished names of groups',
          examples: [['CN=VPN Users,OU=Groups,DC=council,DC=gov,DC=uk']],
        },
      ),
    ),
  },
  closed,
);

export const ActiveDirectoryFile = Type.Object(
  {
    enabled: Enabled,
    servers: Type.Array(Type.String({ pattern: '^ldaps?://[A-Za-z0-9._\\-\\[\\]:]{1,253}/?$' }), {
      minItems: 1,
      maxItems: 50,
      description: 'a list of every writable domain controller, as ldaps:// (or ldap:// for StartTLS) with a host',
      examples: [['ldaps://dc1.council.gov.uk', 'ldaps://dc2.council.gov.uk']],
    }),
    caFile: Type.Optional(Path('/etc/beadle-server/directory-ca.pem')),
    bindDn: Text(
      'the name of an account that may disable accounts and change these groups, and nothing else',
      'CN=beadle-withdrawals,OU=Services,DC=council,DC=gov,DC=uk',
    ),
    passwordFile: Type.Optional(Path('/etc/beadle-server/withdrawals-password')),
    /** Better in a file: a process's variables are easily seen. */
    password: Type.Optional(Text('a password, in the variable alone', 'PASSWORD')),
    base: Text('where people are looked for', 'OU=People,DC=council,DC=gov,DC=uk'),
    facilities: Type.Array(FacilityFile, {
      minItems: 1,
      maxItems: DIRECTORY_FACILITIES.length,
      description: 'a list of facilities, each with what carries it',
      examples: [[{ facility: 'network', disableAccount: true }]],
    }),
  },
  closed,
);
export type ActiveDirectoryFile = Static<typeof ActiveDirectoryFile>;

export const ConnectorWebhookFile = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
      description: 'a name of small letters, digits and hyphens',
      examples: ['housing-system'],
    }),
    enabled: Enabled,
    url: Type.Optional(
      Text('https:// with a host, or http:// on this machine', 'https://access.council.gov.uk/beadle'),
    ),
    /** In its place: a file that holds the address, where the address itself is a secret. */
    urlFile: Type.Optional(Path('/etc/beadle-server/housing-address')),
    secretFile: Path('/etc/beadle-server/housing-secret'),
    facilities: Type.Array(Type.Enum([...DIRECTORY_FACILITIES]), {
      minItems: 1,
      maxItems: DIRECTORY_FACILITIES.length,
      description: `a list of ${DIRECTORY_FACILITIES.join(', ')}`,
      examples: [['business-systems']],
    }),
    proxy: Type.Optional(Text('http:// with a host and a port of a proxy', 'http://proxy.council.gov.uk:3128')),
  },
  closed,
);
export type ConnectorWebhookFile = Static<typeof ConnectorWebhookFile>;

/** `connectors` of the settings: the systems in which access is withdrawn and given back. */
export const ConnectorsFile = Type.Object(
  {
    activeDirectory: Type.Optional(ActiveDirectoryFile),
    webhooks: Type.Optional(
      Type.Array(ConnectorWebhookFile, { maxItems: 20, description: 'a list of webhooks', examples: [[]] }),
    ),
  },
  closed,
);
export type ConnectorsFile = Static<typeof ConnectorsFile>;
