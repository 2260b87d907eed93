import Type, { type Static, type TSchema } from 'typebox';
import { CHOSEN_EVENTS, type EventType, FINDING_EVENTS } from './event-types.ts';

const closed = { additionalProperties: false } as const;
const Path = (example: string) =>
  Type.String({ minLength: 1, maxLength: 4096, description: 'a path', examples: [example] });
const Url = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 2000, description, examples: [example] });
const Uuid = (description: string) =>
  Type.String({
    pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    description,
    examples: ['f33517ff-2a88-4f6e-b855-c550268ce08a'],
  });
const Proxy = Type.Optional(Url('http:// with a host and a port of a proxy', 'http://proxy.council.gov.uk:3128'));
const Name = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
  description: 'a name of small letters, digits and hyphens',
  examples: ['security-channel'],
});
const Events = <T extends EventType>(of: readonly T[]) =>
  Type.Optional(
    Type.Array(Type.Enum([...of]), {
      minItems: 1,
      description: `a list of ${of.join(', ')}`,
      examples: [[of[0] ?? '']],
    }),
  );
const Several = <T extends TSchema>(items: T, description: string) =>
  Type.Optional(Type.Array(items, { maxItems: 20, description, examples: [[]] }));

/** `govukNotify`, `webhooks` and `siem` of the settings. */
export const GovukNotifyFile = Type.Object(
  {
    apiKeyFile: Path('/etc/beadle-server/govuk-notify-key'),
    templateId: Uuid('the id of an e-mail template that has ((reference)) and ((link))'),
    replyToId: Type.Optional(Uuid('the id of a reply-to address')),
    baseUrl: Type.Optional(
      Url('https:// with a host, or http:// on this machine', 'https://api.notifications.service.gov.uk'),
    ),
    proxy: Proxy,
  },
  closed,
);

export const WebhookFile = Type.Object(
  {
    name: Name,
    url: Type.Optional(Url('https:// with a host, or http:// on this machine', 'https://hooks.council.gov.uk/beadle')),
    /** In its place: a file that holds the address, where the address itself is a secret. */
    urlFile: Type.Optional(Path('/etc/beadle-server/teams-address')),
    secretFile: Type.Optional(Path('/etc/beadle-server/webhook-secret')),
    format: Type.Optional(Type.Enum(['json', 'teams'], { description: 'one of json, teams', examples: ['json'] })),
    events: Events(CHOSEN_EVENTS),
    proxy: Proxy,
  },
  closed,
);
export const WebhooksFile = Several(WebhookFile, 'a list of webhooks');

export const SiemFile = Type.Object(
  {
    name: Name,
    host: Type.String({
      pattern: '^[A-Za-z0-9.:_-]{1,253}$',
      description: 'a host name or an address',
      examples: ['siem.council.gov.uk'],
    }),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'a port number from 1 to 65535', examples: [6514] }),
    ),
    transport: Type.Optional(Type.Enum(['tls', 'tcp'], { description: 'one of tls, tcp', examples: ['tls'] })),
    caFile: Type.Optional(Path('/etc/beadle-server/siem-ca.pem')),
    format: Type.Optional(Type.Enum(['cef', 'ocsf'], { description: 'one of cef, ocsf', examples: ['cef'] })),
    events: Events(FINDING_EVENTS),
  },
  closed,
);
export const SiemsFile = Several(SiemFile, 'a list of receivers');

export interface NotifyFile {
  readonly govukNotify?: Static<typeof GovukNotifyFile>;
  readonly webhooks?: readonly Static<typeof WebhookFile>[];
  readonly siem?: readonly Static<typeof SiemFile>[];
}
