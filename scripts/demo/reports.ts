import { CONFIRMED } from './reports-confirmed.ts';
import type { Reported } from './reported.ts';

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

/** What people reported in the year, and what came of it. */
export const REPORTS: readonly Reported[] = [
  ...CONFIRMED,
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
];
