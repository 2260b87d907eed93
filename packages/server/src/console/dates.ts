export const DAY_PARTS = ['day', 'month', 'year'] as const;

/** What a form was sent with, by the names of its fields. */
export type FormValues = Readonly<Record<string, string | undefined>>;

/** `2026-12-24` from the three fields of a date; undefined where nothing was entered, null where it is no day. */
export function dateOf(form: FormValues, name: string): string | null | undefined {
  const [day = '', month = '', year = ''] = DAY_PARTS.map((part) => (form[`${name}-${part}`] ?? '').trim());
  if (day + month + year === '') return undefined;
  const text = `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  try {
    return Temporal.PlainDate.from(text).toString() === text ? text : null;
  } catch {
    return null;
  }
}

/** The three fields of a date, filled in with a day such as `2026-12-24`. */
export function datePartsOf(name: string, day: string | null): FormValues {
  const [year = '', month = '', date = ''] = (day ?? '').split('-');
  const bare = (text: string) => text.replace(/^0+/, '');
  return { [`${name}-day`]: bare(date), [`${name}-month`]: bare(month), [`${name}-year`]: year };
}
