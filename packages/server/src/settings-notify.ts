import type { Static } from 'typebox';
import { CHOSEN_EVENTS, type EventType, FINDING_EVENTS } from './event-types.ts';
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
  readonly url: string;
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

type Raw = Pick<RawSettings<NotifyFile>, 'path' | 'refuse' | 'values' | 'textOf'>;

const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(host);

/** Only this machine is spoken to in the clear. */
function addressOf(text: string, key: string, raw: Raw): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe =
    url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
  if (!safe || url.username !== '' || url.password !== '')
    throw raw.refuse(key, 'https:// with a host, or http:// on this machine, without a name or a password in it');
  return url.href;
}

function proxyOf(text: string | undefined, key: string, raw: Raw): string | null {
  if (text === undefined) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw raw.refuse(key, 'http:// with a host and a port of a proxy');
  return text;
}

function refuseTwice(names: readonly string[], key: string, raw: Raw): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw raw.refuse(key, `another name for each, not ${twice} twice`);
}

function govukNotifyOf(raw: Raw): GovukNotifySettings | null {
  const file = raw.values.govukNotify;
  if (file === undefined) return null;
  const base = addressOf(file.baseUrl ?? 'https://api.notifications.service.gov.uk', 'govukNotify.baseUrl', raw);
  return {
    apiKeyFile: raw.path('govukNotify.apiKeyFile') ?? file.apiKeyFile,
    templateId: file.templateId,
    replyToId: file.replyToId ?? null,
    baseUrl: base.replace(/\/$/, ''),
    proxy: proxyOf(file.proxy, 'govukNotify.proxy', raw),
  };
}

function webhookOf(file: Static<typeof WebhookFile>, index: number, raw: Raw): WebhookSettings {
  const key = `webhooks[${index}]`;
  const { name, url, urlFile, format = 'json', events = CHOSEN_EVENTS } = file;
  if ((url === undefined) === (urlFile === undefined)) throw raw.refuse(key, 'either url or urlFile');
  const secretFile = raw.path(`${key}.secretFile`) ?? null;
  if (secretFile === null && format === 'json')
    throw raw.refuse(key, 'a secretFile, with which each message is signed');
  const address = url ?? raw.textOf(`${key}.urlFile`);
  return {
    name,
    url: addressOf(address, url === undefined ? `${key}.urlFile` : `${key}.url`, raw),
    secretFile,
    format,
    events: new Set<EventType>(['test', ...events]),
    proxy: proxyOf(file.proxy, `${key}.proxy`, raw),
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
