import type { Finished } from './jobs.ts';

const DATE = /\[(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})\]/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Line {
  readonly queue: string;
  readonly id: number;
  readonly at: number;
  /** The job's sheets so far, where the line is its sum. */
  readonly total: number | undefined;
}

/**
 * `printer user job [date] page copies …` or `… total sheets …`. Names may hold blanks, so that the date is found first,
 * then the printer from the left and the number from the right of what stands before it. The rest, which may hold the
 * document's name, is not looked at.
 */
function lineOf(text: string): Line | undefined {
  const date = DATE.exec(text);
  if (date === null) return undefined;
  const [, day, month = '', year, time, hours, minutes] = date;
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const at = Date.parse(`${year}-${number}-${day}T${time}${hours}:${minutes}`);
  const [, queue, id] = /^(\S+) .*?\b(\d{1,10}) $/.exec(text.slice(0, date.index)) ?? [];
  if (queue === undefined || id === undefined || Number.isNaN(at)) return undefined;
  const [, total] = /^ total (\d{1,10})\b/.exec(text.slice(date.index + date[0].length)) ?? [];
  return { queue, id: Number(id), at, total: total === undefined ? undefined : Number(total) };
}

/** One job a printer and number. A sum of 0 was held or failed; retried jobs write growing sums, of which the last counts. */
export function jobsOfPageLog(text: string): readonly Finished[] {
  const jobs = new Map<string, Finished & { readonly isSum: boolean }>();
  for (const line of text.split('\n').map(lineOf)) {
    if (line === undefined) continue;
    const key = `${line.queue} ${line.id}`;
    const before = jobs.get(key);
    if (line.total === undefined && before?.isSum === true) continue;
    const sheets = line.total ?? (before?.sheets ?? 0) + 1;
    jobs.set(key, {
      id: line.id,
      queue: line.queue.slice(0, 300),
      at: line.at,
      sheets,
      isPrinted: sheets > 0,
      isSum: line.total !== undefined,
    });
  }
  return [...jobs.values()].map(({ isSum: _isSum, ...job }) => job);
}
