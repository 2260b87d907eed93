import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Insertable } from 'kysely';
import type { CallerRole } from '../../src/access.ts';
import type { PersonTable } from '../../src/db/schema-people.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';

interface Asked {
  as(role: CallerRole, request: InjectOptions): Promise<LightMyRequestResponse>;
}

/** An administrator's list of people, as CSV. */
export const importPeople = (server: Asked, csv: string): Promise<LightMyRequestResponse> =>
  server.as('administrator', {
    method: 'POST',
    url: '/api/v1/people/import',
    headers: { 'content-type': 'text/csv' },
    payload: csv,
  });

/** A row of the list of people, with everything that a test does not care about filled in. */
export const personRow = (
  given: Pick<Insertable<PersonTable>, 'account' | 'name'> & Partial<Insertable<PersonTable>>,
) => ({
  organisation: ORGANISATION,
  id: given.account,
  email: null,
  population: 'employee',
  line_manager: null,
  starts_on: null,
  ends_on: null,
  absent_from: null,
  absent_until: null,
  disabled: 0,
  source: 'csv',
  created_at: 0,
  changed_at: 0,
  gone_at: null,
  ...given,
});
