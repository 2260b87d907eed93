import type { Assessment } from '../../packages/server/src/breaches/life/assessment.ts';
import type { PersonReport } from '../../packages/server/src/breaches/reporting.ts';

/** What people reported in the year, and what came of it. */
export interface Reported {
  /** How much of the history lies before it. */
  readonly share: number;
  readonly said: Omit<PersonReport, 'happenedAt' | 'device'>;
  readonly outcome: 'not-a-breach' | 'near-miss' | 'confirmed';
  readonly reason: string;
  readonly measures?: string;
  readonly assessed?: Partial<Omit<Assessment, 'factors'>> & { readonly factors?: Partial<Assessment['factors']> };
  /** Where the assessment asks for a decision: why the regulator is not told. */
  readonly notTold?: string;
  /** Not decided yet, so that it stays open. */
  readonly isOpen?: true;
  readonly lessons: string;
}

const nearMiss = (share: number, title: string, description: string, reason: string, lessons: string): Reported => ({
  share,
  said: { title, description, certainty: 'near-miss', category: 'other' },
  outcome: 'near-miss',
  reason,
  lessons,
});
const nothing = (share: number, title: string, description: string, reason: string): Reported => ({
  share,
  said: { title, description, certainty: 'suspected', category: 'other' },
  outcome: 'not-a-breach',
  reason,
  lessons: '',
});

export const REPORTS: readonly Reported[] = [
  nothing(
    0.12,
    'A caller asked for my password',
    'Somebody said they were from ICT. I told them nothing.',
    'No information was given. ICT has warned everybody of the calls.',
  ),
  nearMiss(
    0.16,
    'A council tax letter in the wrong envelope',
    'Seen before it was posted.',
    'It never left the post room.',
    'Window envelopes are now used for single letters, too.',
  ),
  nothing(
    0.2,
    'My laptop was slow and restarted',
    'I was afraid that somebody was in it.',
    'An update was being installed.',
  ),
  nearMiss(
    0.24,
    'A laptop left in a meeting room overnight',
    'The cleaners handed it in at the desk.',
    'It was locked and encrypted, and in the building all the time.',
    'The rooms are looked at before the building closes.',
  ),
  nearMiss(
    0.35,
    'A planning file with a telephone number nearly went online',
    'Noticed in the last check before publishing.',
    'It was not published.',
    'The second pair of eyes works: it stays.',
  ),
  {
    share: 0.39,
    said: {
      title: 'A printed list was left at a tenants’ meeting',
      description:
        'The list of those who had said they would come was left on a table, and was found there an hour later.',
      category: 'paper',
      certainty: 'happened',
      place: 'other',
      personalData: 'yes',
      information: 'Names and flat numbers',
    },
    outcome: 'confirmed',
    reason: 'The list lay in a room that others used.',
    measures: 'The caretaker brought the list back on the same evening.',
    assessed: {
      severity: 'low',
      personalData: 'yes',
      people: 23,
      records: 23,
      consequences: 'None is likely: neighbours know each other’s names and flats.',
      reasons: 'The list was back within the hour, and tells no more than the doorbells.',
      factors: {
        type: 'Loss of confidentiality, for an hour.',
        sensitivity: 'Names and flat numbers.',
        protection: 'None: it was on paper.',
        whatHappened: 'It lay on a table and was found by the caretaker.',
        reveals: 'Who meant to come to a meeting.',
        howMany: '23 tenants.',
        who: 'Tenants of one block.',
        harm: 'None is likely.',
      },
    },
    notTold: 'A risk to anybody is unlikely: the list was back within the hour and tells no more than the doorbells.',
    lessons: 'Lists are handed out and collected by one person.',
  },
  nothing(
    0.47,
    'An e-mail with a strange link',
    'I did not open it.',
    'Reported early, and stopped for everybody else.',
  ),
  nearMiss(
    0.51,
    'A door to the records room was wedged open',
    'During the delivery of furniture.',
    'A member of staff stood beside it all the time.',
    'Deliveries use the other entrance.',
  ),
  nearMiss(
    0.58,
    'A screen could be read from the street',
    'The new desks face the window.',
    'Nothing was on the screen but the intranet.',
    'Facilities have turned the desks.',
  ),
  {
    share: 0.68,
    said: {
      title: 'An e-mail about a benefit claim went to the wrong person',
      description: 'The address was completed by the mail program. I noticed when the answer came.',
      category: 'sent-to-the-wrong-person',
      certainty: 'happened',
      place: 'home',
      personalData: 'yes',
      information: 'A letter about one claim for housing benefit',
      done: 'I have asked the person to delete it, and they say that they have.',
    },
    outcome: 'confirmed',
    reason: 'The letter was sent to somebody who has the same first name.',
    measures: 'The recipient has confirmed in writing that the letter was deleted and not passed on.',
    assessed: {
      severity: 'medium',
      personalData: 'yes',
      riskLikely: 'no',
      people: 1,
      records: 1,
      consequences: 'Somebody else has read that a person claims housing benefit, and how much.',
      reasons: 'One letter, one recipient who is known to the council, and a deletion that was confirmed.',
      factors: {
        type: 'Loss of confidentiality.',
        sensitivity: 'That somebody claims a benefit, and how much it is.',
        protection: 'None: the letter could be opened by whoever received it.',
        whatHappened: 'One person has read it, and has deleted it.',
        reveals: 'A claim for housing benefit.',
        howMany: 'One person.',
        who: 'A tenant.',
        harm: 'Embarrassment; nothing more is likely.',
      },
    },
    notTold: 'A risk to the person is unlikely: one recipient, who has confirmed the deletion in writing.',
    lessons: 'The mail program no longer completes addresses outside of the council.',
  },
  nothing(0.74, 'Somebody has used my desk', 'The chair was another height.', 'The desk is shared on Fridays.'),
  nearMiss(
    0.8,
    'A folder of licences was shared with a whole team',
    'It was meant for two people.',
    'Nobody else had opened it, by the log of the folder.',
    'Shared folders are made by the team’s own administrator.',
  ),
  nothing(0.86, 'My badge was missing for a morning', 'It was in the car.', 'It was not used in that time.'),
  nearMiss(
    0.93,
    'A bag with site notes left in a café',
    'I went back after ten minutes and it was there.',
    'The notes were in a closed bag and have no names.',
    'Site notes are read on the telephone now.',
  ),
  nearMiss(
    0.985,
    'An agenda with a private annex was nearly sent out',
    'Stopped by the second check.',
    'It was not sent.',
    'Annexes have their own folder.',
  ),
  {
    share: 0.9925,
    said: {
      title: 'Two letters went out in one envelope',
      description: 'A tenant rang: there was another tenant’s letter about arrears behind their own.',
      category: 'paper',
      certainty: 'happened',
      place: 'office',
      personalData: 'yes',
      information: 'A letter about rent arrears',
      done: 'The tenant is bringing it back.',
    },
    outcome: 'confirmed',
    reason: 'The tenant has read to us what the letter says.',
    measures: 'A colleague has collected the letter.',
    assessed: {
      severity: 'medium',
      personalData: 'yes',
      riskLikely: 'unknown',
      people: 1,
      records: 1,
      consequences: 'A neighbour may know of the arrears.',
      reasons: 'Whether the two know each other is not known yet.',
      factors: {
        type: 'Loss of confidentiality.',
        sensitivity: 'That somebody is behind with their rent.',
        protection: 'None: it was on paper.',
        whatHappened: 'One person has read the letter.',
        reveals: 'Rent arrears, and how much.',
        howMany: 'One person.',
        who: 'A tenant.',
        harm: 'Embarrassment; more is not known yet.',
      },
    },
    isOpen: true,
    lessons: '',
  },
];
