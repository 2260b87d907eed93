import { sql } from 'kysely';
import type { Db } from '../db/database.ts';

export interface EventFinding {
  readonly device: string;
  readonly check: string;
  readonly subject: string;
  /** In milliseconds since the epoch; never later than it was heard of. */
  readonly at: number;
  /** What the finding says was seen; empty where its body has been erased. */
  readonly observed: Readonly<Record<string, unknown>>;
}

function observedIn(body: Uint8Array | null): EventFinding['observed'] {
  if (body === null) return {};
  const value = JSON.parse(Buffer.from(body).toString()) as { readonly observed?: EventFinding['observed'] };
  return value.observed ?? {};
}

export interface EventsQuery {
  /** Their internal ids. */
  readonly devices: readonly string[];
  /** When it was told, in milliseconds since the epoch. */
  readonly since: number;
  /** By which check; left out: by any. */
  readonly check?: string;
}

/** What happened on these devices and was told since, through an index of events alone. */
export async function eventsOf(
  db: Db,
  organisation: string,
  { devices, since, check: wanted }: EventsQuery,
): Promise<EventFinding[]> {
  const query = db
    .selectFrom('findings')
    .select(['device', 'check_name', 'subject', 'at', 'received_at', 'body'])
    .where('organisation', '=', organisation)
    .where('device', 'in', [...devices])
    // As it stands in the index: with a parameter it would not be recognised.
    .where('kind', '=', sql.lit('event'))
    .where('form', '=', 'finding')
    .where('received_at', '>=', since);
  const rows = await (wanted === undefined ? query : query.where('check_name', '=', wanted)).execute();
  return rows.map(({ device, check_name, subject, at, received_at, body }) => ({
    device,
    check: check_name,
    subject,
    at: Math.min(at, received_at),
    observed: observedIn(body),
  }));
}
