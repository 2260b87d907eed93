import type { Tx } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/ids.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import type { Breach } from './breach-row.ts';
import { type Dice, dice, randomOf } from './dice.ts';
import { insertAll } from './insert.ts';

const CHANNELS = ['mail', 'webhook:service-desk', 'siem:soc'] as const;

function deliveryRow({ id: breach, ref, opened_at: at, severity }: Breach, channel: string, rolled: Dice) {
  const status = rolled.percent(99) ? 'sent' : rolled.of(['waiting', 'failed']);
  const isMail = channel === 'mail';
  return {
    organisation: ORGANISATION,
    id: newId(at, randomOf(rolled)),
    channel,
    role: isMail ? 'information-security-team-leader' : '',
    standing: null,
    address: isMail ? 'officer@example.org' : 'https://desk.example.org/hook',
    title: `${ref}: a suspected breach`,
    body: `${ref} appears to be about a council device.\n\nClause 5.9 says that laptops must be encrypted.\n\n`.repeat(
      5,
    ),
    breaches: JSON.stringify([breach]),
    status,
    created_at: at,
    sent_at: status === 'sent' ? at + 4000 : null,
    attempts: 1,
    last_error: status === 'failed' ? 'the far end does not answer' : null,
    sent_as: isMail ? 'holder' : null,
    event: `${channel} ${breach}`,
    type: 'breach.opened',
    reference: ref,
    severity,
    path: `/breaches/${ref}`,
    receipt: null,
    delivery: null,
    delivered_at: null,
    instead_of: null,
  };
}

const jobRow = ({ organisation, id, created_at: at, status, role, channel }: ReturnType<typeof deliveryRow>) => ({
  id: `job-${id}`,
  organisation,
  kind: role === '' ? `notice:${channel}` : 'notice',
  dedupe_key: id,
  payload: JSON.stringify({ notice: id }),
  run_at: at,
  leased_until: null,
  attempts: 1,
  last_error: null,
  status: status === 'waiting' ? 'waiting' : 'done',
  created_at: at,
});

/** What was told of each breach, by each way. */
export async function insertNotices(tx: Tx, breaches: readonly Breach[]): Promise<void> {
  const rolled = dice(4);
  const rows = breaches.flatMap((breach) => CHANNELS.map((channel) => deliveryRow(breach, channel, rolled)));
  await insertAll(tx, 'notices', rows);
  await insertAll(tx, 'jobs', rows.map(jobRow));
}
