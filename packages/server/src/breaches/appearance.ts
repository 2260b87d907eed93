import type { BreachView } from './read.ts';

type Seen = Pick<BreachView, 'check_name' | 'kind' | 'subject' | 'rule' | 'clause'> & {
  readonly asset_tag: string | null;
  readonly device_kind: string | null;
};

/** What appears to have happened, by check. Facts and no blame; nothing is certain before a person has confirmed it. */
const SENTENCES: Readonly<Record<string, (on: string, subject: string) => string>> = {
  'disk-encryption': (on, subject) => `Volume ${subject} of ${on} appears not to be encrypted as the policy says`,
  'removable-media': (on) => `A storage device that is not allowed appears to have been plugged into ${on}`,
  printing: (on) => `Something appears to have been printed from ${on} on a printer that is not permitted`,
  patches: (on) => `${on} appears to lack updates that are past their date`,
  'asset-tag': (on) => `${on} appears not to be the machine that the register says`,
  'malware-protection': (on) => `Malware protection appears not to be working on ${on}`,
  firewall: (on) => `The firewall appears not to be on as the policy says on ${on}`,
  'screen-lock': (on) => `The screen of ${on} appears not to lock as the policy says`,
  location: (on) => `${on} appears to be in a country that the policy does not name`,
  contact: (on) => `${on} appears not to have been heard from for longer than the policy allows`,
  'agent-health': (on) => `The agent on ${on} appears not to be able to report as it should`,
};

const nameOf = ({ asset_tag, device_kind }: Seen): string => {
  if (asset_tag === null) return 'a device';
  return `${device_kind === null || device_kind === 'other' ? 'device' : device_kind} ${asset_tag}`;
};

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** One sentence without its full stop: what a breach appears to be about. */
export function appearance(seen: Seen): string {
  const on = nameOf(seen);
  if (seen.kind === 'person') return `Reported by a person: ${seen.subject}`;
  if (seen.kind === 'gap') return capital(`${on} appears to have lost some of its findings before they could be sent`);
  const sentence = SENTENCES[seen.check_name];
  if (sentence === undefined) return capital(`${on} appears not to keep to clause ${seen.clause} (${seen.rule})`);
  return capital(sentence(on, seen.subject));
}
