import type { BreachView } from './read.ts';

type Seen = Pick<BreachView, 'check_name' | 'kind' | 'subject' | 'rule' | 'clause' | 'triage'> & {
  readonly asset_tag: string | null;
  readonly device_kind: string | null;
};

interface Sentence {
  readonly appears: string;
  readonly confirmed: string;
}
type Sentences = (on: string, subject: string) => Sentence;

const both = (before: string, appears: string, confirmed: string, after: string): Sentence => ({
  appears: `${before} ${appears} ${after}`,
  confirmed: `${before} ${confirmed} ${after}`,
});

/** What happened, by check. Facts and no blame; it only appears so until a person has confirmed it. */
const SENTENCES: Readonly<Record<string, Sentences>> = {
  'disk-encryption': (on, subject) =>
    both(`Volume ${subject} of ${on}`, 'appears not to be', 'was not', 'encrypted as the policy says'),
  'removable-media': (on) =>
    both('A storage device that is not allowed', 'appears to have been', 'was', `plugged into ${on}`),
  printing: (on) =>
    both('Something', 'appears to have been', 'was', `printed from ${on} on a printer that is not permitted`),
  patches: (on) => both(on, 'appears to lack', 'lacked', 'updates that are past their date'),
  'asset-tag': (on) => both(on, 'appears not to be', 'is not', 'the machine that the register says'),
  'malware-protection': (on) => both('Malware protection', 'appears not to be', 'was not', `working on ${on}`),
  firewall: (on) => both('The firewall', 'appears not to be', 'was not', `on as the policy says on ${on}`),
  'screen-lock': (on) => both(`The screen of ${on}`, 'appears not to', 'did not', 'lock as the policy says'),
  location: (on) => both(on, 'appears to be', 'was', 'in a country that the policy does not name'),
  contact: (on) => both(on, 'appears not to have been', 'was not', 'heard from for longer than the policy allows'),
  'agent-health': (on) => both(`The agent on ${on}`, 'appears not to be', 'was not', 'able to report as it should'),
};

const nameOf = ({ asset_tag, device_kind }: Seen): string => {
  if (asset_tag === null) return 'a device';
  return `${device_kind === null || device_kind === 'other' ? 'device' : device_kind} ${asset_tag}`;
};

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

function sentenceOf({ kind, check_name, subject, clause, rule }: Seen, on: string): Sentence {
  if (kind === 'gap') return both(on, 'appears to have lost', 'lost', 'some of its findings before they could be sent');
  const known = Object.hasOwn(SENTENCES, check_name) ? SENTENCES[check_name] : undefined;
  return known?.(on, subject) ?? both(on, 'appears not to', 'did not', `keep to clause ${clause} (${rule})`);
}

/** One sentence without its full stop: what a breach appears to be about, or is about once a person has confirmed it. */
export function appearance(seen: Seen): string {
  if (seen.kind === 'person') return `Reported by a person: ${seen.subject}`;
  const { appears, confirmed } = sentenceOf(seen, nameOf(seen));
  return capital(seen.triage === 'confirmed' ? confirmed : appears);
}
