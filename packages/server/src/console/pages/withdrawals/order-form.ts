import { iso } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { FACILITIES, type Facility } from '../../../withdrawals/connector.ts';
import { MOST_REASON, type Order } from '../../../withdrawals/schema.ts';
import { dayOf, momentOf, partsOf, timeOf } from '../../forms/moments.ts';
import type { FieldError } from '../../entry-form.ts';

const Field = Type.Optional(Type.String({ maxLength: 60_000 }));

export const OrderForm = Type.Object(
  {
    subjects: Field,
    facilities: Type.Optional(
      Type.Union([Type.String({ maxLength: 100 }), Type.Array(Type.String({ maxLength: 100 }), { maxItems: 10 })]),
    ),
    mode: Field,
    'until-day': Field,
    'until-month': Field,
    'until-year': Field,
    'until-time': Field,
    reason: Field,
    breach: Field,
    step: Field,
  },
  { additionalProperties: false },
);
export type OrderForm = Static<typeof OrderForm>;

/** A form that begins with an end: five working days from now, as the policy's review. */
export const beginningWith = (until: number, subjects = '', breach = ''): OrderForm => {
  const { day, month, year, time } = partsOf(iso(until));
  const end = { 'until-day': day, 'until-month': month, 'until-year': year, 'until-time': time };
  return { subjects, breach, mode: 'temporary', ...end };
};

const linesOf = (text: string | undefined): string[] => [
  ...new Set(
    (text ?? '')
      .split(/[\r\n,]+/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

export const chosenFacilities = ({ facilities = [] }: OrderForm): Facility[] =>
  FACILITIES.filter((facility) => [facilities].flat().includes(facility));

function untilOf(form: OrderForm, now: number): { until?: string; error?: FieldError } {
  const wrong = (text: string) => ({ error: { field: 'until-day', text } });
  const [day, month, year] = [form['until-day'], form['until-month'], form['until-year']].map(
    (part) => part?.trim() ?? '',
  );
  const found = dayOf(day ?? '', month ?? '', year ?? '');
  if (found === undefined) return wrong('Enter the day on which it is given back, like 4 6 2026');
  const time = timeOf(form['until-time']?.trim() || '17:00');
  if (time === undefined) return wrong('Enter a time of day, like 5pm');
  const until = momentOf(found, time);
  return Date.parse(until) > now ? { until } : wrong('It must be given back at a moment that is to come');
}

export interface ReadOrder {
  readonly order: Order;
  readonly errors: readonly FieldError[];
}

/** The order that a form asks for, and what is wrong with it in the order of its questions. */
export function readOrder(form: OrderForm, now: number): ReadOrder {
  const errors: FieldError[] = [];
  const subjects = linesOf(form.subjects);
  const facilities = chosenFacilities(form);
  const reason = form.reason?.trim() ?? '';
  const permanent = form.mode === 'permanent';
  if (subjects.length === 0) errors.push({ field: 'subjects', text: 'Enter whose access is to be withdrawn' });
  if (facilities.length === 0) errors.push({ field: 'facilities', text: 'Select what is to be withdrawn' });
  if (!permanent && form.mode !== 'temporary') errors.push({ field: 'mode', text: 'Select for how long' });
  const { until, error } = permanent ? {} : untilOf(form, now);
  if (error !== undefined) errors.push(error);
  if (reason === '' || reason.length > MOST_REASON)
    errors.push({ field: 'reason', text: `Enter why, in ${MOST_REASON} characters or fewer` });
  const breach = form.breach?.trim() || null;
  const order: Order = {
    subjects,
    facilities,
    mode: permanent ? 'permanent' : 'temporary',
    until: until ?? null,
    reason,
    breach,
  };
  return { order, errors };
}
