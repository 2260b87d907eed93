import type { Settings } from '../settings.ts';
import type { MachineChannel, MailingChannel } from './channel.ts';
import { govukNotifyChannel } from './govuk-notify.ts';
import { mailChannel, type MailSender } from './mail-channel.ts';
import { siemChannel } from './syslog.ts';
import { webhookChannel } from './webhook.ts';

export type ChannelSettings = Pick<Settings, 'smtp' | 'mailFolder' | 'origin' | 'govukNotify' | 'webhooks' | 'siems'>;

/** By which somebody who has a role is told. */
export interface MailingChannels {
  readonly first: MailingChannel;
  /** What stands in where the first one fails for good; null where there is none. */
  readonly instead: MailingChannel | null;
}

/** `send`: how an e-mail leaves, if not as the settings have it. */
export function mailingChannels(settings: ChannelSettings, send?: MailSender): MailingChannels {
  const mail = mailChannel(settings, send);
  if (settings.govukNotify === null) return { first: mail, instead: null };
  return { first: govukNotifyChannel(settings.govukNotify), instead: settings.smtp === null ? null : mail };
}

/** Every machine that is told, in the order of the settings. */
export const machineChannels = ({ webhooks, siems }: Pick<ChannelSettings, 'webhooks' | 'siems'>): MachineChannel[] => [
  ...webhooks.map(webhookChannel),
  ...siems.map(siemChannel),
];

/** Every way to tell people, whether it is the first one or not: for a test of each. */
export function allMailing(settings: ChannelSettings): MailingChannel[] {
  const { first, instead } = mailingChannels(settings);
  return instead === null ? [first] : [first, instead];
}
