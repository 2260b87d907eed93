import type { Clock, Random } from '@beadle/shared';
import { recordAct } from '../../audit/record.ts';
import type { Db, Tx } from '../../db/database.ts';
import { inTransaction } from '../../db/transaction.ts';
import { enqueue } from '../../jobs/queue.ts';
import type { JobKind } from '../../jobs/run.ts';
import type { Settings } from '../../settings.ts';
import { tooManyGone } from '../import-routes.ts';
import { type DirectoryImportDeps, importDirectory } from './import.ts';

export const DIRECTORY_JOB = 'directory-import';
const HOUR_MS = 3_600_000;

interface Deps extends Pick<DirectoryImportDeps, 'read'> {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'directory'>;
}

/** Of several servers and starts one import waits. */
const plan = (tx: Tx, organisation: string, { clock, random }: Deps, runAt: number) =>
  enqueue(tx, { organisation, kind: DIRECTORY_JOB, key: 'hourly', payload: {}, runAt, at: clock.now() }, random);

export const planDirectoryImport = (organisation: string, deps: Deps): Promise<void> =>
  inTransaction(deps.db, (tx) => plan(tx, organisation, deps, deps.clock.now()));

/** Every hour, where a directory is set. One that would take too many away is refused, on record, and tried again. */
export const directoryJob = (deps: Deps): JobKind => ({
  forever: true,
  async run(_payload, { organisation, signal }) {
    const { directory } = deps.settings;
    if (directory === null) return;
    const at = deps.clock.now();
    const context = { organisation, at, by: 'beadle', random: deps.random };
    const outcome = await importDirectory({ ...deps, directory }, context, { dryRun: false, evenMany: false, signal });
    await inTransaction(deps.db, async (tx) => {
      const act = { organisation, at, actor: 'beadle', action: 'directory-import-refused', target: 'register:people' };
      if (outcome.kind === 'too-many-gone') await recordAct(tx, { ...act, detail: { why: tooManyGone(outcome) } });
      await plan(tx, organisation, deps, at + HOUR_MS);
    });
  },
});
