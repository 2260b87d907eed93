import type { Clock, Random } from '@beadle/shared';
import Type from 'typebox';
import Value from 'typebox/value';
import type { Db } from '../db/database.ts';
import type { JobKind } from '../jobs/run.ts';
import type { Settings } from '../settings.ts';
import { carryOut } from './carry-out.ts';
import type { Connector } from './connector.ts';
import { ROUND_JOB, targetJob } from './queue.ts';
import { runRound } from './round.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly connectors: readonly Connector[];
  readonly settings: Pick<Settings, 'origin'>;
  readonly wake: () => void;
}

const Payload = Type.Object({ target: Type.String() });

/** Withdrawals never give up: each connector's are run beside all others. */
export function withdrawalJobs({ db, clock, random, connectors, settings, wake }: Deps): Record<string, JobKind> {
  const carrying: JobKind = {
    forever: true,
    apart: true,
    async run(payload, { organisation, attempt, signal }) {
      const { target } = Value.Parse(Payload, payload);
      try {
        await carryOut({ db, clock, random, connectors }, { organisation, target }, { attempt, signal });
      } finally {
        wake();
      }
    },
  };
  const round: JobKind = {
    forever: true,
    async run(_payload, { organisation }) {
      await runRound(db, organisation, { now: clock.now(), random, origin: settings.origin });
      wake();
    },
  };
  return { ...Object.fromEntries(connectors.map(({ name }) => [targetJob(name), carrying])), [ROUND_JOB]: round };
}
