import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { REFERENCES_LEFT_OUT, skipReferences } from '../breaches/references.ts';
import { type CommandIo, print } from './io.ts';

/** Leaves out references of breaches, authorisations and incidents in every organisation. A server may be running. */
export async function referencesSkip(db: Db, io: CommandIo): Promise<number> {
  const at = io.clock.now();
  const next = await inTransaction(db, async (tx) => {
    const found: string[] = [];
    for (const { id } of await tx.selectFrom('organisations').select('id').orderBy('id').execute())
      found.push(...(await skipReferences(tx, { organisation: id, at, actor: `cli:${io.user}` })));
    return found;
  });
  print(io.stdout, `Left out ${REFERENCES_LEFT_OUT} references of each kind; next come ${next.join(', ')}.`);
  return 0;
}
