import type { BreachView } from './read.ts';

type Seen = Pick<BreachView, 'check_name' | 'kind' | 'subject' | 'rule' | 'clause' | 'triage'> & {
  readonly asset_tag: string | null;
  readonly device_kind: string | null;
};

/** How sure a sentence is: before and after a person has confirmed the breach (invariant 8). */
type Verb = (appears: string, happened: string) => string;
const appears: Verb = (seeming) => seeming;
const happened: Verb = (_, certain) => certain;

/** What happened, by check. Facts and no blame. */
const SENTENCES: Readonly<Record<string, (on: string, subject: string, verb: Verb) => string>> = {
  'disk-encryption': (on, subject, verb) =>
    `Volume ${subject} of ${on} ${verb('appears not to be', 'was not')} encrypted as the policy says`,
  'removable-media': (on, _, verb) =>
    `A storage device that is not allowed ${verb('appears to have been', 'was')} plugged into ${on}`,
  printing: (on, _, verb) =>
    `Something ${verb('appears to have been', 'was')} printed from ${on} on a printer that is not permitted`,
  patches: (on, _, verb) => `${on} ${verb('appears to lack', 'lacked')} updates that are past their date`,
  'asset-tag': (on, _, verb) => `${on} ${verb('appears not to be', 'was not')} the machine that the register says`,
  'malware-protection': (on, _, verb) => `Malware protection ${verb('appears not to be', 'was not')} working on ${on}`,
  firewall: (on, _, verb) => `The firewall ${verb('appears not to be', 'was not')} on as the policy says on ${on}`,
  'screen-lock': (on, _, verb) => `The screen of ${on} ${verb('appears not to', 'did not')} lock as the policy says`,
  location: (on, _, verb) => `${on} ${verb('appears to be', 'was')} in a country that the policy does not name`,
  contact: (on, _, verb) =>
    `${on} ${verb('appears not to have been', 'was not')} heard from for longer than the policy allows`,
  'agent-health': (on, _, verb) =>
    `The agent on ${on} ${verb('appears not to be', 'was not')} able to report as it should`,
};

const nameOf = ({ asset_tag, device_kind }: Seen): string => {
  if (asset_tag === null) return 'a device';
  return `${device_kind === null || device_kind === 'other' ? 'device' : device_kind} ${asset_tag}`;
};

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

function sentence(seen: Seen, verb: Verb): string {
  const on = nameOf(seen);
  if (seen.kind === 'gap')
    return capital(`${on} ${verb('appears to have lost', 'lost')} some of its findings before they could be sent`);
  const made = SENTENCES[seen.check_name];
  if (made === undefined)
    return capital(`${on} ${verb('appears not to', 'did not')} keep to clause ${seen.clause} (${seen.rule})`);
  return capital(made(on, seen.subject, verb));
}

/** One sentence without its full stop: what a breach appears to be about. */
export const appearance = (seen: Seen): string =>
  seen.kind === 'person' ? `Reported by a person: ${seen.subject}` : sentence(seen, appears);

/** What a list calls a breach: it only appears so until a person has confirmed it. */
export const titleOf = (seen: Seen & { readonly triage: string | null }): string =>
  seen.triage === 'confirmed' ? certainty(seen) : appearance(seen);

/** The same of a breach that a person has confirmed. */
export const certainty = (seen: Seen): string => (seen.kind === 'person' ? seen.subject : sentence(seen, happened));
