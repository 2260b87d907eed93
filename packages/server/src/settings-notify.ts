import type { Static } from 'typebox';
import { CHOSEN_EVENTS, type EventType, FINDING_EVENTS } from './event-types.ts';
import { addressIn, addressOf, proxyOf, refuseTwice } from './settings-far-end.ts';
import type { NotifyFile, SiemFile, WebhookFile } from './settings-notify-file.ts';
import type { RawSettings } from './settings-source.ts';

export interface GovukNotifySettings {
  /** Read at each request, so that a changed key needs no restart. */
  readonly apiKeyFile: string;
  readonly templateId: string;
  readonly replyToId: string | null;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly proxy: string | null;
}

export interface WebhookSettings {
  readonly name: string;
  /** The host, or the file that holds the address: never the address itself, in which there may be a secret. */
  readonly destination: string;
  /** Read at each attempt, where it is in a file. Throws in words. */
  readonly readUrl: () => string;
  /** Read at each attempt; a secret a line, all of which sign. Null: not signed. */
  readonly secretFile: string | null;
  readonly format: 'json' | 'teams';
  readonly events: ReadonlySet<EventType>;
  readonly proxy: string | null;
}

export interface SiemSettings {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly transport: 'tls' | 'tcp';
  /** The authority that signed the receiver's certificate, where this machine does not trust it already. */
  readonly caFile: string | null;
  readonly format: 'cef' | 'ocsf';
  readonly events: ReadonlySet<EventType>;
}

export interface NotifySettings {
  /** Null: roles are told by e-mail. */
  readonly govukNotify: GovukNotifySettings | null;
  readonly webhooks: readonly WebhookSettings[];
  readonly siems: readonly SiemSettings[];
}

type Raw = Pick<RawSettings<NotifyFile>, 'path' | 'refuse' | 'values'>;

function govukNotifyOf(raw: Raw): GovukNotifySettings | null {
  const file = raw.values.govukNotify;
  if (file === undefined) return null;
  const base = addressOf(file.baseUrl ?? 'https://api.notifications.service.gov.uk', 'govukNotify.baseUrl', raw);
  return {
    apiKeyFile: raw.path('govukNotify.apiKeyFile') ?? file.apiKeyFile,
    templateId: file.templateId,
    replyToId: file.replyToId ?? null,
    baseUrl: base.href.replace(/\/$/, ''),
    proxy: proxyOf(file.proxy, 'govukNotify.proxy', raw),
  };
}

function webhookOf(given: Static<typeof WebhookFile>, index: number, raw: Raw): WebhookSettings {
  const key = `webhooks[${index}]`;
  const { name, url, urlFile, format = 'json', events = CHOSEN_EVENTS } = given;
  if ((url === undefined) === (urlFile === undefined)) throw raw.refuse(key, 'either url or urlFile');
  const secretFile = raw.path(`${key}.secretFile`) ?? null;
  if (secretFile === null && format === 'json')
    throw raw.refuse(key, 'a secretFile, with which each message is signed');
  const address = url === undefined ? undefined : addressOf(url, `${key}.url`, raw);
  const file = raw.path(`${key}.urlFile`) ?? '';
  return {
    name,
    destination: address?.host ?? file,
    readUrl: () => address?.href ?? addressIn(file),
    secretFile,
    format,
    events: new Set<EventType>(['test', ...events]),
    proxy: proxyOf(given.proxy, `${key}.proxy`, raw),
  };
}

function siemOf(file: Static<typeof SiemFile>, index: number, raw: Raw): SiemSettings {
  const { name, host, transport = 'tls', format = 'cef', events = FINDING_EVENTS } = file;
  return {
    name,
    host,
    port: file.port ?? (transport === 'tls' ? 6514 : 601),
    transport,
    caFile: raw.path(`siem[${index}].caFile`) ?? null,
    format,
    events: new Set<EventType>(['test', ...events]),
  };
}

/** Throws a `StartError` that names the key, what was expected and what to write. */
export function notifyOf(raw: Raw): NotifySettings {
  const { webhooks = [], siem = [] } = raw.values;
  refuseTwice(
    webhooks.map(({ name }) => name),
    'webhooks',
    raw,
  );
  refuseTwice(
    siem.map(({ name }) => name),
    'siem',
    raw,
  );
  return {
    govukNotify: govukNotifyOf(raw),
    webhooks: Object.freeze(webhooks.map((file, index) => webhookOf(file, index, raw))),
    siems: Object.freeze(siem.map((file, index) => siemOf(file, index, raw))),
  };
}
