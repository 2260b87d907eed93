import type { Db } from '../../db/database.ts';
import { lockOrganisation } from '../../db/locks.ts';
import { inTransaction } from '../../db/transaction.ts';
import { StartError } from '../../errors.ts';
import { directoryGroups } from '../../people/groups.ts';
import type { DirectorySettings } from '../../settings-directory.ts';
import { people } from '../people.ts';
import type { WriteContext } from '../register.ts';
import { importRows, type Outcome } from '../run.ts';
import { type DirectoryAnswer, readDirectory } from './client.ts';
import { rowsOfDirectory } from './rows.ts';

export interface DirectoryImportDeps {
  readonly db: Db;
  readonly directory: DirectorySettings;
  /** How the directory is asked, if not over LDAP. */
  readonly read?: (settings: DirectorySettings, signal: AbortSignal) => Promise<DirectoryAnswer>;
}

export interface DirectoryImportOptions {
  readonly dryRun: boolean;
  readonly evenMany: boolean;
  readonly signal: AbortSignal;
}

/**
 * Brings people and the groups of the allow-list to what the directory says. Throws a `StartError`, and has changed
 * nothing, where it did not answer whole; nobody at all is no answer.
 */
export async function importDirectory(
  { db, directory, read = readDirectory }: DirectoryImportDeps,
  context: Omit<WriteContext, 'source'>,
  { dryRun, evenMany, signal }: DirectoryImportOptions,
): Promise<Exclude<Outcome, { kind: 'refused' }>> {
  const answer = await read(directory, signal);
  if (answer.people.length === 0)
    throw new StartError(
      `${directory.url}: nobody was found under ${directory.base}; look at directory.base and directory.filter. Nothing was changed.`,
    );
  const { organisation } = context;
  return inTransaction(db, async (tx) => {
    await lockOrganisation(tx, organisation);
    const kept = await people.read(tx, organisation, 'directory');
    const made = await directoryGroups(tx, organisation);
    const rows = rowsOfDirectory({ answer, settings: directory, current: kept.current, kept: made });
    const from = { from: 'directory', directory: directory.url };
    const write = { ...context, source: 'directory' } as const;
    const outcome = await importRows(tx, people, kept, { rows, from }, write, { dryRun, whole: true, evenMany });
    if (outcome.kind === 'refused') throw new Error('rows of a directory have no lines to refuse');
    return outcome;
  });
}
