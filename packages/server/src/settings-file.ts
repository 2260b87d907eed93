import Type, { type Static } from 'typebox';
import { ConnectorsFile } from './settings-connectors-file.ts';
import { DirectoryFile } from './settings-directory.ts';
import { LimitsFile } from './limits.ts';
import { DeviceWithdrawalsFile } from './settings-device-withdrawals.ts';
import { OidcFile } from './settings-oidc.ts';
import { GovukNotifyFile, SiemsFile, WebhooksFile } from './settings-notify-file.ts';

const Path = (example: string) =>
  Type.String({ minLength: 1, maxLength: 4096, description: 'a path', examples: [example] });
const Host = Type.String({
  pattern: '^[A-Za-z0-9.:_-]{1,253}$',
  description: 'a host name or an address',
  examples: ['127.0.0.1'],
});
const Port = Type.Integer({
  minimum: 1,
  maximum: 65_535,
  description: 'a port number from 1 to 65535',
  examples: [8420],
});
const Address = Type.String({
  pattern: '^[^\\s@<>,;"]{1,64}@[A-Za-z0-9.-]{1,253}$',
  description: 'an e-mail address',
  examples: ['beadle@council.gov.uk'],
});
const closed = { additionalProperties: false } as const;

/** What `beadle-server.yaml` may hold; every key is also a variable, `smtp.passwordFile` as `BEADLE_SERVER_SMTP_PASSWORD_FILE`. */
export const SettingsFile = Type.Object(
  {
    database: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: 'the path of a folder, or the postgres:// address of a PostgreSQL database',
        examples: ['/var/lib/beadle-server', 'postgres://beadle@db.council.gov.uk/beadle'],
      }),
    ),
    /** Where a pooler shares `database`'s connections: the address past it, on which other servers are listened to. */
    databaseDirect: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: 'the postgres:// address of the same database, not through a pooler',
        examples: ['postgres://beadle@db.council.gov.uk/beadle'],
      }),
    ),
    /** Of each server process, to PostgreSQL. */
    databaseConnections: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 200, description: 'a number from 2 to 200', examples: [10] }),
    ),
    host: Type.Optional(Host),
    port: Type.Optional(Port),
    origin: Type.Optional(
      Type.String({
        description: 'the address by which devices and people reach the server, without a path',
        examples: ['https://beadle.council.gov.uk'],
      }),
    ),
    keysFolder: Type.Optional(Path('/etc/beadle-server/keys')),
    mailFolder: Type.Optional(Path('/var/spool/beadle')),
    smtp: Type.Optional(
      Type.Object(
        {
          host: Host,
          port: Type.Optional({ ...Port, examples: [587] }),
          /** TLS from the first byte; without it STARTTLS is used where the server offers it. */
          secure: Type.Optional(Type.Boolean({ description: 'true or false', examples: [true] })),
          user: Type.Optional(
            Type.String({ minLength: 1, maxLength: 200, description: 'a user name', examples: ['beadle'] }),
          ),
          passwordFile: Type.Optional(Path('/etc/beadle-server/smtp-password')),
          from: Address,
        },
        closed,
      ),
    ),
    govukNotify: Type.Optional(GovukNotifyFile),
    webhooks: WebhooksFile,
    siem: SiemsFile,
    organisation: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: "the council's name",
        examples: ['Dacorum Borough Council'],
      }),
    ),
    notice: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'what stands at the top of every page',
        examples: ['Training: everything here is invented'],
      }),
    ),
    trustedProxies: Type.Optional(
      Type.Array(Type.String(), {
        description: 'a list of addresses or networks of proxies',
        examples: [['10.1.0.0/16']],
      }),
    ),
    countriesFile: Type.Optional(Path('/var/lib/beadle-server/countries.mmdb')),
    logLevel: Type.Optional(
      Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
        description: 'one of trace, debug, info, warn, error, fatal',
        examples: ['info'],
      }),
    ),
    logFile: Type.Optional(Path('/var/log/beadle-server.log')),
    directory: Type.Optional(DirectoryFile),
    connectors: Type.Optional(ConnectorsFile),
    limits: Type.Optional(LimitsFile),
    deviceWithdrawals: Type.Optional(DeviceWithdrawalsFile),
    oidc: Type.Optional(OidcFile),
    secondFactor: Type.Optional(
      Type.Enum(['required', 'optional'], { description: 'one of required, optional', examples: ['required'] }),
    ),
  },
  closed,
);
export type SettingsFile = Static<typeof SettingsFile>;
