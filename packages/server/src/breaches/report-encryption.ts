import { iso } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { BreachView } from './read.ts';
import type { LastEncryption } from './last-encryption.ts';
import { membersOf, stringOrNull } from './report-parsed.ts';
import { nullable } from '../shapes.ts';

/** One factor among others: encryption says nothing of who knows the password, and what was seen grows old. */
export const ReportEncryption = Type.Object(
  {
    verdict: Type.String({ description: 'pass, fail or unknown' }),
    seenOn: nullable(
      Type.String({ description: 'a day such as 2026-11-01: when the device last said so, or last called' }),
    ),
    ageDays: nullable(
      Type.Integer({
        description: 'how old that was when it happened; null where that is not known, and where it was seen later',
      }),
    ),
    asOf: Type.Enum(['report', 'document'], {
      description: 'when it was looked up: as a person reported, or as this was written',
    }),
  },
  { additionalProperties: false },
);
export type ReportEncryption = Static<typeof ReportEncryption>;

const DAY_MS = 86_400_000;

/** Contact is never told more closely than by the day (invariant 10). */
function seen(seenAt: string | null, at: number): Pick<ReportEncryption, 'seenOn' | 'ageDays'> {
  const time = seenAt === null ? Number.NaN : Date.parse(seenAt);
  if (Number.isNaN(time)) return { seenOn: null, ageDays: null };
  const days = Math.floor(at / DAY_MS) - Math.floor(time / DAY_MS);
  return { seenOn: iso(time).slice(0, 10), ageDays: days < 0 ? null : days };
}

/** As it was kept when a person reported; else as it is now. Null where the breach is about no device. */
export function encryptionOf(breach: BreachView, last: LastEncryption | null): ReportEncryption | null {
  const kept = membersOf(breach.observed)['encryption'];
  if (typeof kept === 'object' && kept !== null && 'verdict' in kept) {
    const seenAt = 'seenAt' in kept ? stringOrNull(kept.seenAt) : null;
    const verdict = stringOrNull(kept.verdict) ?? 'unknown';
    return { verdict, ...seen(seenAt, breach.first_seen), asOf: 'report' };
  }
  return last === null ? null : { verdict: last.verdict, ...seen(last.seenAt, breach.first_seen), asOf: 'document' };
}
