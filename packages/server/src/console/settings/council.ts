import { iso, type Role } from '@beadle/shared';
import { bankHolidaysOf } from '../../deadlines/bank-holidays.ts';
import { WEEKDAYS } from '../../deadlines/calendar-settings.ts';
import { isDay } from '../../day.ts';
import type { Organisation } from '../../organisation/store.ts';
import { day, humanise, roleWords } from '../words.ts';
import { row, type SettingsSection } from './section.ts';

const SHOWN = 5;
export const WHERE =
  'Set by the Information Security Team Leader or an administrator: what the law asks for on the page Set up, the rest through the API: PUT /api/v1/organisation.';

/** The next days of a nation's bank holidays, in words. */
const nextHolidays = (nation: Organisation['settings']['calendar']['nation'], today: string): string[] =>
  [...bankHolidaysOf(nation)]
    .filter((date) => date >= today)
    .toSorted()
    .slice(0, SHOWN)
    .map((date) => day(date));

function closuresFrom(closures: Organisation['settings']['calendar']['closures'], today: string): string[] {
  const coming = closures
    .filter(({ first, last = first }) => last >= today)
    .toSorted((a, b) => (a.first < b.first ? -1 : 1));
  const lines = coming
    .slice(0, SHOWN)
    .map(({ first, last = first }) => (first === last ? day(first) : `${day(first)} to ${day(last)}`));
  return coming.length > SHOWN ? [...lines, `and ${coming.length - SHOWN} more`] : lines;
}

function calendarSection({ settings: { calendar } }: Organisation, now: number): SettingsSection {
  const today = iso(now).slice(0, 10);
  const hours = WEEKDAYS.map((name) => {
    const worked = calendar.hours[name];
    return `${humanise(name)}: ${worked === undefined ? 'closed' : `${worked.opens} to ${worked.closes}`}`;
  });
  return {
    id: 'calendar',
    title: 'Working calendar',
    where: WHERE,
    rows: [
      row('Nation', humanise(calendar.nation)),
      row('Hours', hours),
      row('Next bank holidays', nextHolidays(calendar.nation, today)),
      row('Closures to come', closuresFrom(calendar.closures, today)),
    ],
  };
}

function digestLines({ settings: { digests } }: Organisation): string[] {
  if (digests === undefined) return [];
  const { daily, weekly } = digests;
  return [
    daily === null ? 'No daily digest' : `Each day at ${daily}`,
    weekly === null ? 'No weekly digest' : `Each ${humanise(weekly.day)} at ${weekly.at}`,
  ];
}

/** What the council has said of itself. */
export function councilSections(council: Organisation, now: number): SettingsSection[] {
  const { name, settings } = council;
  const recipients = Object.entries(settings.recipients).map(
    ([role, { name: who, address }]) => `${roleWords(role as Role)}: ${who}, ${address}`,
  );
  const contact = settings.dataProtectionContact;
  const told = settings.staffToldOn;
  return [
    {
      id: 'council',
      title: 'The council',
      where: WHERE,
      rows: [
        row('Name', name),
        row('Marking of pages', settings.marking),
        row('Whom to ask', settings.contact),
        row('Data protection impact assessment', settings.dpiaReference),
        row('Staff were told on', told === null || !isDay(told) ? told : day(told)),
        row('Consultation', settings.consultationRecord),
        row('Data protection contact', contact ? [contact.name, contact.email] : null),
        row('Who is told, where a role has nobody in the register', recipients),
        row('Digests', digestLines(council)),
      ],
    },
    calendarSection(council, now),
  ];
}
