import type { Db } from '../db/database.ts';

const AT_ONCE = 500;

interface Place {
  readonly generation: number;
  readonly sequence: number;
}

export interface Sent extends Place {
  /** The bytes as the device sent them; null once erased. */
  readonly body: Uint8Array | null;
}

/** Every finding of a device in the order of its chain, read in parts. */
export async function* sentBy(
  db: Db,
  { organisation, id }: { readonly organisation: string; readonly id: string },
): AsyncGenerator<Sent> {
  let after: Place = { generation: 0, sequence: 0 };
  for (;;) {
    const { generation, sequence } = after;
    const rows = await db
      .selectFrom('findings')
      .select(['generation', 'sequence', 'body'])
      .where('organisation', '=', organisation)
      .where('device', '=', id)
      .where((eb) => eb(eb.refTuple('generation', 'sequence'), '>', eb.tuple(generation, sequence)))
      .orderBy('generation')
      .orderBy('sequence')
      .limit(AT_ONCE)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
    after = last;
  }
}
