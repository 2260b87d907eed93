import type { Closure, Triaging } from '../../packages/server/src/breaches/life/acts.ts';
import type { Static } from 'typebox';

/** How an everyday breach by a person ends, in the officer's words. `confirmed` ones are contained and assessed besides. */
export interface Outcome extends Static<typeof Triaging> {
  readonly measures?: string;
  readonly closure?: Static<typeof Closure>;
}

const notOne = (reason: string): Outcome => ({ decision: 'not-a-breach', reason });
const nearMiss = (reason: string, lessons: string): Outcome => ({
  decision: 'near-miss',
  reason,
  closure: { reason: 'Nothing came of it, and the person knows what to do another time.', lessons },
});
const confirmed = (reason: string, measures: string, rootCause: string, lessons: string): Outcome => ({
  decision: 'confirmed',
  reason,
  measures,
  closure: { reason: 'Put right, and nothing left the council.', rootCause, lessons },
});

export const OUTCOMES: Readonly<Record<string, readonly Outcome[]>> = {
  'memory-sticks': [
    notOne('ICT lent the stick for new drivers, and had not entered it in the register. It is there now.'),
    notOne('A torch that charges by USB and reports itself as a disk. There is nothing on it.'),
    notOne('The card of the site camera, which the building surveyors are to use. Registered now.'),
    nearMiss(
      'The stick was a gift from a conference and was taken out at once: nothing was opened.',
      'Gifts go to the service desk first.',
    ),
    confirmed(
      'The holder says that it was their own stick, with pictures for a leaving card.',
      'The stick was taken out. A full scan of the device by ICT found nothing.',
      'It is not widely known that the rule holds for private pictures, too.',
      'A reminder in the staff newsletter.',
    ),
    confirmed(
      'A supplier brought a presentation on a stick, and it was plugged in before the meeting.',
      'The stick went back to the supplier. ICT scanned the device: nothing was found.',
      'Suppliers are not told beforehand how to send files.',
      'The invitation to suppliers now has a link for files.',
    ),
  ],
  'home-printing': [
    notOne('A label for a parcel that the holder sent back for ICT. Nothing of the council was on it.'),
    notOne('The printer of the leisure trust, where the officer works on Thursdays. Classified now.'),
    nearMiss(
      'A test page while a new printer was set up at home. It was shredded.',
      'Nothing is printed at home without an authorisation.',
    ),
    confirmed(
      'Two pages of an agenda that is public were printed at home.',
      'The pages were brought to the office and shredded.',
      'The holder could not read the agenda on a small screen.',
      'A larger screen has been ordered for them.',
    ),
    confirmed(
      'Notes for a site visit were printed at home: addresses and no names.',
      'The pages were brought to the office and shredded on the next day.',
      'The site visit began before the office opened.',
      'Site notes can be read on the telephone: planning has been shown how.',
    ),
  ],
  'accounts-of-others': [
    notOne('ICT made the account for a repair, and has taken it away.'),
    confirmed(
      'A second account was made so that a child could do homework.',
      'ICT took the account away. Nothing of the council was in it.',
      'The family has one computer.',
      'The holder was told about the library’s loans.',
    ),
  ],
};

const OTHERWISE: readonly Outcome[] = [
  notOne('ICT has looked: what was seen was part of an installation that was planned.'),
  nearMiss('Seen early, and put right before anything came of it.', 'None.'),
];

export const outcomesOf = (rule: string): readonly Outcome[] => OUTCOMES[rule] ?? OTHERWISE;
