import type { Clock, Random } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import type { JobKind } from '../jobs/run.ts';
import type { Settings } from '../settings.ts';
import { ESCALATION_JOB, escalationRound, queueEscalation } from './clocks/escalate.ts';
import { endGrace, type GracePayload } from './grace.ts';
import { GRACE_JOB } from './intake.ts';
import { ICT_NOTICE_JOB, tellIct } from './notices.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  /** A notice has been queued: the worker need not wait to look. */
  readonly wake: () => void;
}

/** What breaches leave to be done later. */
export function breachJobs({ db, clock, random, settings, wake }: Deps): Record<string, JobKind> {
  const deps = () => ({ now: clock.now(), random, origin: settings.origin });
  return {
    [GRACE_JOB]: {
      forever: true,
      async run(payload, { organisation }) {
        await endGrace(db, organisation, payload as GracePayload, deps());
        wake();
      },
    },
    [ESCALATION_JOB]: {
      forever: true,
      async run(_payload, { organisation }) {
        await escalationRound(db, organisation, deps());
        wake();
      },
    },
    [ICT_NOTICE_JOB]: {
      forever: true,
      async run(_payload, { organisation }) {
        await tellIct(db, organisation, deps());
        wake();
      },
    },
  };
}

/** At the start of a server: the round that queues itself again is there, once. */
export async function ensureEscalations(db: Db, { clock, random }: Pick<Deps, 'clock' | 'random'>): Promise<void> {
  const at = clock.now();
  await inTransaction(db, async (tx) => {
    for (const { id } of await tx.selectFrom('organisations').select('id').orderBy('id').execute())
      await queueEscalation(tx, id, { runAt: at, at, random });
  });
}
