import { iso } from '@beadle/shared';
import type { CallerRole } from '../../src/access.ts';
import { approveAuthorisation, refuseAuthorisation } from '../../src/authorisations/decide.ts';
import { declareIncident } from '../../src/authorisations/incidents.ts';
import { requestAuthorisation } from '../../src/authorisations/request.ts';
import type { Request } from '../../src/authorisations/schema.ts';
import type { Db } from '../../src/db/database.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { seededRandom } from '../app/harness.ts';

const DAY = 86_400_000;

const caller = (role: CallerRole, name: string) => ({
  organisation: ORGANISATION,
  role,
  name,
  via: 'session' as const,
});
const sam = caller('worker', 'Sam Rivers');
const officer = caller('information-security-team-leader', 'Una Officer');
const director = caller('assistant-director', 'Ada Director');

/** An approved, a waiting, a refused and a councillor's authorisation, and an incident, under references of 2026. */
export async function seedAuthorisations(db: Db, now: number): Promise<void> {
  const deps = { db, now, random: seededRandom('authorisations') };
  const stick: Request = {
    kind: 'emergency-plan-stick',
    subject: { person: 'Sam Rivers' },
    scope: { sticks: ['0781AABB1204'], encryptedOnly: true },
    purpose: 'To carry the Emergency Plan to the rest centre.',
    risks: 'A stick can be lost, or read by whoever finds it.',
    accepted: true,
    validFrom: iso(now),
    validTo: iso(now + 90 * DAY),
    reviewAt: iso(now + 30 * DAY),
  };
  const ask = async (who: typeof sam, given: Partial<Request>, ref: string) => {
    const made = await requestAuthorisation(who, { ...stick, ...given }, deps);
    await db.updateTable('authorisations').set({ ref }).where('ref', '=', made.ref).execute();
  };
  await ask(sam, {}, 'AU-2026-000001');
  await approveAuthorisation(officer, 'AU-2026-000001', { conditions: ['Hand it back to ICT at the end.'] }, deps);
  await ask(sam, { scope: { sticks: ['0951FFEE0002'] } }, 'AU-2026-000002');
  await ask(sam, { scope: { sticks: ['0951FFEE0003'] } }, 'AU-2026-000003');
  await refuseAuthorisation(
    officer,
    'AU-2026-000003',
    { reason: 'The first stick is enough. Ask ICT for a folder.' },
    deps,
  );
  const declared = await declareIncident(
    director,
    {
      title: 'Flood at the Forum',
      description: 'The offices are closed. Plans may be printed at home.',
      populations: null,
    },
    deps,
  );
  const printing = {
    kind: 'incident-printing',
    incident: declared,
    scope: { printers: ['*HomePrinter*'] },
    validTo: iso(now + 10 * DAY),
    reviewAt: iso(now + 5 * DAY),
  };
  await ask(sam, printing, 'AU-2026-000004');
  await db.updateTable('incidents').set({ ref: 'IN-2026-000001' }).execute();
  await db
    .updateTable('authorisations')
    .set({ incident: 'IN-2026-000001' })
    .where('incident', 'is not', null)
    .execute();
}
