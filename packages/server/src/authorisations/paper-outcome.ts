import Type, { type Static } from 'typebox';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import type { ActDeps } from './act.ts';
import { mayRevoke } from './decide.ts';
import { kindNamed } from './kinds.ts';
import { sameName } from './lifecycle.ts';
import { PAPER_OUTCOMES, paperDue } from './paper.ts';
import { Text } from '../shapes.ts';
import { version } from './schema.ts';
import { appendEvent, type AuthorisationRow, lockAuthorisation, subjectOf, updateAuthorisation } from './store.ts';
import { resolve } from './subjects.ts';

export const PaperSaid = Type.Object(
  {
    version,
    outcome: Type.Enum([...PAPER_OUTCOMES], { description: `one of ${PAPER_OUTCOMES.join(', ')}` }),
    how: Type.Optional(Text(1000, 'to whom it was returned, or how it was destroyed, which has to be said')),
  },
  { additionalProperties: false },
);
export type PaperSaid = Static<typeof PaperSaid>;

function refuseSaying(row: AuthorisationRow, { version: read, outcome, how }: PaperSaid, now: number): void {
  const { ref, kind } = row;
  if (kindNamed(kind)?.paper === undefined) throw problem('conflict', `${ref} is not for paper.`);
  if (row.paper_outcome !== null)
    throw problem('conflict', `${row.paper_said_by ?? 'Somebody'} has said already that it was ${row.paper_outcome}.`);
  const due = paperDue(row);
  if (due === null) throw problem('conflict', `${ref} never held: no paper went home by it.`);
  if (due.endsAt > now)
    throw problem('conflict', `${ref} still holds. Where the paper is back already, end the authorisation first.`);
  if (read !== undefined && read !== row.version)
    throw problem('conflict', `${ref} has changed since you read it: read it again (it is at version ${row.version}).`);
  if (outcome === 'destroyed' && how === undefined)
    throw problem('validation', 'Say how it was destroyed.', [{ field: 'how', expected: 'how it was destroyed' }]);
}

/** Somebody says what became of the paper (clause 5.15): whoever had it, asked for it, or could have decided. */
export async function sayOfPaper(
  caller: Caller,
  ref: string,
  said: PaperSaid,
  { db, now: at }: Pick<ActDeps, 'db' | 'now'>,
): Promise<void> {
  const { organisation, name, role } = caller;
  const { outcome, how = null } = said;
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    const row = await lockAuthorisation(tx, organisation, ref);
    if (row.paper_outcome === outcome && sameName(row.paper_said_by ?? '', name)) return;
    const { people } = await resolve(tx, organisation, subjectOf(row));
    if (!mayRevoke(row, people, caller))
      throw problem(
        'not-permitted',
        `The role ${role} does not say this: whoever had the paper does, or who approved it.`,
      );
    refuseSaying(row, said, at);
    const columns = { paper_outcome: outcome, paper_how: how, paper_said_at: at, paper_said_by: name };
    await updateAuthorisation(tx, row, columns);
    await appendEvent(tx, row, {
      at,
      actor,
      type: `paper-${outcome}`,
      detail: { as: role, ...(how === null ? {} : { how }) },
    });
    const target = `authorisation:${ref}`;
    await recordAct(tx, {
      organisation,
      at,
      actor,
      action: `authorisation-paper-${outcome}`,
      target,
      detail: { kind: row.kind },
    });
  });
}
