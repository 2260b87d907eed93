import { verifyAudit } from '../audit/verify.ts';
import type { Db } from '../db/database.ts';
import { type CommandIo, print } from './io.ts';

/** Follows every organisation's log; 1 where one is broken, with the first place that does not fit. */
export async function auditVerify(db: Db, io: CommandIo): Promise<number> {
  let exitCode = 0;
  for (const { id } of await db.selectFrom('organisations').select('id').orderBy('id').execute()) {
    const result = await verifyAudit(db, id);
    if (result.intact) {
      print(io.stdout, `The audit log of ${id} is intact: ${result.count} acts, head ${result.head}`);
    } else {
      print(
        io.stderr,
        `The audit log of ${id} is broken: act ${result.sequence} is ${result.reason}; what is before it is intact.`,
      );
      exitCode = 1;
    }
  }
  return exitCode;
}
