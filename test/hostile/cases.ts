import type { Server } from './server.ts';
import type { Ask, Places } from './things.ts';

interface Council {
  readonly server: Server;
  readonly id: string;
  readonly canary: string;
  readonly ask: Ask;
  /** References of breaches that people reported. */
  readonly breaches: readonly string[];
}

const DAY = 86_400_000;

/** Two breaches as one item. What people report never is one: it is put there. */
async function fillCluster({ server, id, canary, breaches }: Council): Promise<string> {
  const { db } = server.database;
  const at = server.clock.now();
  const year = new Date(at).getUTCFullYear();
  const ref = `CL-${year}-${breaches[0]?.split('-')[2] ?? '000001'}`;
  const about = { organisation: id, id: `cluster ${canary}`, ref, cause_key: canary, rule: 'laptop-encryption' };
  const cause = JSON.stringify({ product: canary });
  await db
    .insertInto('clusters')
    .values({ ...about, clause: '5.9', cause, opened_at: at, last_at: at, breaches: 2, ended_at: null, notice: null })
    .execute();
  const into = db.updateTable('breaches').set({ cluster: about.id }).where('organisation', '=', id);
  await into.where('ref', 'in', [...breaches]).execute();
  return ref;
}

/** What hangs on breaches: an action, an item of several, a view that is kept, and the messages about them. */
export async function fillCases(council: Council): Promise<Places> {
  const { server, canary, ask, breaches } = council;
  const due = new Date(server.clock.now() + DAY).toISOString();
  const action = await ask('POST', `/api/v1/breaches/${breaches[0]}/actions`, {
    title: `do ${canary}`,
    owner: canary,
    due,
  });
  const notices = (await ask('GET', '/api/v1/notices')) as unknown as { items: { id: string }[] };
  return {
    'breaches.ref': breaches,
    'breaches.action': [action['id'] ?? ''],
    'report.ref': breaches,
    'clusters.ref': [await fillCluster(council)],
    'notices.id': notices.items.map(({ id }) => id),
    'messages.id': notices.items.map(({ id }) => id),
  };
}
