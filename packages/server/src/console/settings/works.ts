import type { KindStanding } from '../../jobs/standing.ts';
import type { ChannelStanding } from '../../notify/channel-standing.ts';
import type { MailingChannel } from '../../notify/channel.ts';
import { allMailing, type ChannelSettings, machineChannels } from '../../notify/channels.ts';
import { humanise } from '../words.ts';

/** A channel as it is set, and how it stands; `key` is its place in beadle-server.yaml. */
export interface ChannelRow {
  readonly name: string;
  readonly to: string;
  readonly key: string;
  readonly standing: ChannelStanding | undefined;
}

function mailingTo({ name }: MailingChannel, { smtp, govukNotify }: ChannelSettings) {
  if (name === 'govuk-notify')
    return { to: new URL(govukNotify?.baseUrl ?? 'https://unknown').host, key: 'govukNotify' };
  if (smtp === null) return { to: 'no server: files in a folder on the server', key: 'mailFolder' };
  return { to: `${smtp.host}, port ${smtp.port}`, key: 'smtp' };
}

export function channelRows(settings: ChannelSettings, standings: readonly ChannelStanding[]): ChannelRow[] {
  const of = (name: string) => standings.find(({ channel }) => channel === name);
  return [
    ...allMailing(settings).map((channel) => ({
      name: channel.name,
      ...mailingTo(channel, settings),
      standing: of(channel.name),
    })),
    ...machineChannels(settings).map(({ name, destination }) => ({
      name,
      to: destination,
      key: name.startsWith('siem:') ? 'siem' : 'webhooks',
      standing: of(name),
    })),
  ];
}

const JOBS: Readonly<Record<string, string>> = {
  judging: 'Judging what devices cannot',
  'daily-digest': 'The digest of the day',
  'weekly-list': 'The digest of the week',
  'authorisation-round': 'Looking after authorisations',
  'breach-grace': 'Ends of grace',
  'ict-notice': 'Messages to ICT',
  notice: 'Messages by e-mail',
  'notice-fan-out': 'Passing messages to machines',
  'notice-receipt': 'Asking whether messages arrived',
  'policy-preview': 'Previews of a policy',
  'breach-escalation': 'Escalating what nobody has acknowledged',
  'daily-standing': 'Noting how the devices stand',
  retention: 'Erasing what is kept no longer',
  'directory-import': 'Reading the directory',
};

export interface JobRow extends KindStanding {
  readonly words: string;
}

export const jobRows = (kinds: readonly KindStanding[]): JobRow[] =>
  kinds.map((kind) => ({ ...kind, words: JOBS[kind.kind] ?? humanise(kind.kind) }));
