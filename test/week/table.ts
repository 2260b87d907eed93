import { localTime } from './calendar.ts';
import { perDay } from './officer.ts';
import type { Week } from './week.ts';

const row = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells
    .map((cell, index) => String(cell).padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();

const DAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const WIDTHS = [14, 8, 9, 9, 8, 9, 8, 9, 4];

/** Per day: what came, and what the officer and ICT were shown of it. */
export function dayTable({ days, breaches, items }: Week): string[] {
  const opened = perDay(breaches, ({ opened_at }) => opened_at);
  const shown = perDay(items, ({ at }) => at);
  return [
    row(['day', 'devices', 'check-ins', 'findings', 'watched', 'breaches', 'people', 'officer', 'ict'], WIDTHS),
    ...days.map(({ day, devices, checkIns, findings, watched }) => {
      const of = opened.get(day) ?? [];
      const ict = of.filter(({ duty }) => duty === 'ict').length;
      const name = `${DAYS[localTime(Date.parse(`${day}T12:00Z`)).dayOfWeek]} ${day}`;
      const cells = [
        name,
        devices,
        checkIns,
        findings,
        watched,
        of.length,
        of.length - ict,
        shown.get(day)?.length ?? 0,
        ict,
      ];
      return row(cells, WIDTHS);
    }),
  ];
}

const when = (at: number): string => {
  const { day, hour } = localTime(at);
  return `${day} ${String(Math.floor(hour)).padStart(2, '0')}:${hour % 1 === 0 ? '00' : String(Math.round((hour % 1) * 60)).padStart(2, '0')}`;
};

/** Each planted case, when it was, and when the officer was shown it. */
export const plantedTable = ({ outcomes }: Week): string[] => [
  row(['planted', 'when', 'shown to the officer'], [52, 16]),
  ...outcomes.map(({ planted, shown }) =>
    row(
      [planted.what, when(planted.at), shown === undefined ? 'held back' : `${when(shown.at)} ${shown.words}`],
      [52, 16],
    ),
  ),
];

export const itemTable = ({ items }: Week): string[] =>
  items.map(({ at, words, breaches }) => `${when(at)}  ${words} (${breaches.length})`);
