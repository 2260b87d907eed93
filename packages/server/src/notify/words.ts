/** Times as people in the council read them: "4 June 2026 at 9:32am". */
const ZONE = 'Europe/London';

const part = (at: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, ...options }).format(at);

/** `at` in milliseconds since the epoch. */
export const dateInWords = (at: number): string => part(at, { day: 'numeric', month: 'long', year: 'numeric' });

export function timeInWords(at: number): string {
  const [hour = '0', minute = '00'] = part(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).split(':');
  const hours = Number(hour);
  if (minute === '00' && hours === 0) return 'midnight';
  if (minute === '00' && hours === 12) return 'midday';
  const minutes = minute === '00' ? '' : `:${minute}`;
  return `${hours % 12 || 12}${minutes}${hours < 12 ? 'am' : 'pm'}`;
}

export const momentInWords = (at: number): string => `${dateInWords(at)} at ${timeInWords(at)}`;
