import type { Clock, Random } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { isDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { calendarProblems, type CalendarSettings } from '../deadlines/calendar-settings.ts';
import { problem } from '../errors.ts';
import { moveDigests } from './digests.ts';
import { type Retention, retentionProblems } from './retention.ts';
import { OrganisationSettings } from './settings.ts';
import { readOrganisation, writeOrganisation } from './store.ts';

export interface OrganisationDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is read can be written back. */
export const Whole = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[^\\u0000-\\u001f\\u007f]+$',
      description: "the council's name",
    }),
    ...OrganisationSettings.properties,
  },
  { additionalProperties: false },
);

/** A calendar or retention that is left out stays: whoever wrote the settings before there was one goes on as before. */
export const Given = Type.Object(
  {
    ...Whole.properties,
    calendar: Type.Optional(Whole.properties.calendar),
    retention: Type.Optional(Whole.properties.retention),
  },
  { additionalProperties: false },
);

export type Given = Static<typeof Given>;

interface Checked {
  readonly calendar?: CalendarSettings;
  readonly retention?: Retention;
  readonly staffToldOn: string | null;
}

function refuseImpossible({ calendar, retention, staffToldOn }: Checked): void {
  const noDay = staffToldOn !== null && !isDay(staffToldOn);
  const wrong = [
    ...(noDay ? [{ of: '', field: 'staffToldOn', expected: 'a day that there is, such as 2026-11-01' }] : []),
    ...(calendar === undefined ? [] : calendarProblems(calendar).map((one) => ({ of: 'calendar.', ...one }))),
    ...(retention === undefined ? [] : retentionProblems(retention).map((one) => ({ of: 'retention.', ...one }))),
  ];
  const fields = wrong.map(({ of, field, expected }) => ({ field: `body.${of}${field}`, expected }));
  const [first] = fields;
  if (first !== undefined) throw problem('validation', `${first.field}: expected ${first.expected}`, fields);
}

/** Changes what the council says of itself; gives the whole of it. Throws `validation` where that cannot be. */
export async function changeOrganisation(
  { db, clock, random }: OrganisationDeps,
  caller: Caller,
  { name, ...given }: Given,
): Promise<Static<typeof Whole>> {
  const id = caller.organisation;
  refuseImpossible(given);
  return inTransaction(db, async (tx) => {
    const before = await readOrganisation(tx, id);
    const was: Record<string, unknown> = { name: before.name, ...before.settings };
    // Scripts from before there were digests, a calendar or retention leave them out, and leave them as they are.
    const kept = {
      calendar: given.calendar ?? before.settings.calendar,
      retention: given.retention ?? before.settings.retention,
    };
    const settings = { ...before.settings, ...given, ...kept };
    const changed = Object.entries({ name, ...settings }).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(was[key]),
    );
    await writeOrganisation(tx, { id, name, settings });
    await moveDigests(tx, id, settings.digests, { now: clock.now(), random });
    await recordAct(tx, {
      organisation: id,
      at: clock.now(),
      actor: actorOf(caller),
      action: 'organisation-changed',
      target: `organisation:${id}`,
      detail: { changed: changed.map(([key, to]) => ({ setting: key, from: was[key] ?? null, to })) },
    });
    return { name, ...settings };
  });
}
