import type { Article33 } from '../../breaches/report-article33-document.ts';
import { HOURS } from '../../breaches/report-moments.ts';
import type { Block, Section, WrittenDocument } from '../../pdf/document.ts';
import { capital, count, day, humanise, moment } from '../words.ts';
import { fact, facts, momentOr, section, text } from './parts.ts';

/** What happened, by check, without a word about which device. */
const NATURES: Readonly<Record<string, string>> = {
  'disk-encryption': 'a device of the council was not encrypted as its policy says',
  'removable-media': 'a storage device that is not allowed was plugged into a device of the council',
  printing: 'something was printed from a device of the council on a printer that is not permitted',
  patches: 'a device of the council lacked security updates',
  'asset-tag': 'a device was not the one that the council’s register says',
  'malware-protection': 'protection against malware was not working on a device of the council',
  firewall: 'the firewall of a device of the council was not on',
  'screen-lock': 'the screen of a device of the council did not lock',
  location: 'a device of the council was in a country that its policy does not name',
  contact: 'a device of the council was not heard from for a long time',
};

function natureWords({ confirmed, nature: { check, category } }: Article33): string {
  const what = check === null ? 'a person reported it' : (NATURES[check] ?? 'a device did not keep to the policy');
  const kind = category === null ? '' : ` Category: ${humanise(category).toLowerCase()}.`;
  if (confirmed) return `The council has confirmed a breach: ${what}.${kind}`;
  return `The council has not confirmed a breach. ${check === null ? capital(what) : `It appears that ${what}`}.${kind}`;
}

const answer = (value: string | null): string => (value === null ? 'Not assessed yet' : capital(value));
const number = (value: number | null): string => (value === null ? 'Not known yet' : String(value));

function typed(caption: string, said: Article33['nature']['typed']): Block {
  if (said === null) return text('To be written: what people typed is not in this version.');
  if (said.length === 0) return text('Nobody has written anything about this.');
  return facts(
    caption,
    said.map((one) => fact(one.about, one.text)),
  );
}

const nature = (summary: Article33): Section =>
  section(
    'Nature of the breach',
    text(natureWords(summary)),
    facts('When, and whom it concerns', [
      fact('It happened', momentOr(summary.nature.happenedAt, 'Not known')),
      fact('It was found', momentOr(summary.nature.detectedAt, 'Not known')),
      fact('Living people’s data', answer(summary.nature.personalData)),
      fact('Special category data', answer(summary.nature.specialCategory)),
      fact('Children or vulnerable people', answer(summary.nature.childrenOrVulnerable)),
      fact('About how many people', number(summary.nature.people)),
      fact('About how many records', number(summary.nature.records)),
    ]),
    typed('The breach, in the words of those who dealt with it', summary.nature.typed),
  );

const contact = ({ contact: known }: Article33): Section =>
  section(
    'Contact',
    known === null
      ? text('No contact for data protection is set.')
      : facts('Data Protection Officer or other contact', [
          fact('Name', known.name),
          fact('Email', known.email),
          known.telephone !== null && fact('Telephone', known.telephone),
        ]),
  );

const consequences = ({ consequences: about }: Article33): Section =>
  section(
    'Likely consequences',
    facts('Risk to the people concerned', [
      fact('Is a risk likely?', answer(about.riskLikely)),
      fact('Is it high?', answer(about.highRisk)),
    ]),
    typed('The consequences, in the words of those who assessed them', about.typed),
  );

function encryptionWords(known: Article33['measures']['encryption']): string {
  if (known === null) return 'No device is concerned, as far as is known';
  if (known.verdict === 'unknown') return 'Not known';
  const what = known.verdict === 'pass' ? 'Encrypted' : 'Not encrypted';
  if (known.ageDays === null) return `${what}, as seen after it happened; how it was before is not known`;
  return `${what}, as last seen ${known.ageDays === 0 ? 'on the same day' : `${count(known.ageDays, 'day')} before`}`;
}

function toldWords({ individuals, individualsToldAt }: Article33['measures']): string {
  if (individualsToldAt !== null) return `Told on ${day(individualsToldAt)}`;
  if (individuals === 'tell') return 'They are to be told';
  return individuals === null ? 'Not decided yet' : 'It was decided not to tell them';
}

const measures = ({ measures: taken }: Article33): Section =>
  section(
    'Measures taken or proposed',
    facts('Measures', [
      fact('Contained', momentOr(taken.containedAt, 'Nothing is on record')),
      fact('The device’s encryption', encryptionWords(taken.encryption)),
      fact('The people concerned', toldWords(taken)),
      fact(
        'Actions',
        `${taken.actions.done} done, ${taken.actions.open} open${taken.actions.lastDue === null ? '' : `, the last of them due on ${day(taken.actions.lastDue)}`}`,
      ),
    ]),
    typed('The measures, in the words of those who took them', taken.typed),
  );

function delayWords({ awareAt, late, toldAt }: Article33['delay']): string {
  if (awareAt === null) return 'Not known: no moment of awareness is on record.';
  if (late === null) return 'It was decided not to tell the regulator.';
  if (!late) return `No: the ${HOURS} hours ${toldAt === null ? 'have not passed' : 'had not passed'}.`;
  return `Yes: the ${HOURS} hours ${toldAt === null ? 'have passed' : 'had passed'}. The reasons must go with the notification.`;
}

const delay = ({ delay: about }: Article33): Section =>
  section(
    'Time, and reasons for delay',
    facts(`The ${HOURS} hours`, [
      fact('The council became aware', momentOr(about.awareAt, 'Not on record')),
      fact('Deadline', momentOr(about.deadline, 'Not known')),
      fact('The regulator was told', momentOr(about.toldAt, 'Not yet')),
      fact('Is it late?', delayWords(about)),
    ]),
    about.late === true && typed('Reasons for the delay', about.typed),
  );

const lead = ({ version, replaced }: Article33): string =>
  version === 'sending'
    ? 'Version for sending: it holds nothing that people typed, and no name but the contact’s.'
    : `Version for editing. ${count(replaced, 'name was', 'names were')} replaced by [name].`;

/** What Article 33(3) asks a notification to the regulator to hold, in its order. */
export const article33Document = (summary: Article33): WrittenDocument => ({
  name: `Article 33 summary ${summary.reference}`,
  council: summary.council,
  marking: summary.marking,
  writtenAt: Date.parse(summary.writtenAt),
  heading: 'Personal data breach: summary for the regulator',
  warning: summary.warning,
  lead: [
    lead(summary),
    `Written by ${summary.council} on ${moment(summary.writtenAt)}, as Article 33(3) of the UK GDPR asks.`,
  ],
  sections: [
    nature(summary),
    contact(summary),
    consequences(summary),
    measures(summary),
    delay(summary),
    section(
      'What is still missing',
      summary.missing.length === 0
        ? text('Nothing that Article 33(3) asks for is missing.')
        : { kind: 'list', items: summary.missing },
    ),
  ],
});
