import type { PolicyDocument } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { movesToReport } from './moves.ts';
import { previewOf } from './previewed.ts';
import { hashOf, putPolicyInForce } from './upload.ts';

export interface PutInForce {
  readonly organisation: string;
  readonly document: PolicyDocument;
  /** The file as it was sent. */
  readonly source: string;
  readonly by: string;
  readonly at: number;
  /** Why there was no preview before, where there was none. */
  readonly withoutPreview?: string | undefined;
}

export interface PutResult {
  readonly serial: number;
  readonly changed: boolean;
  /** What whoever uploaded it should know, in plain words. */
  readonly warnings: readonly string[];
}

/**
 * Puts a policy in force and says in the audit log which rules begin to report, and by which preview somebody saw what
 * that brings. Without a preview of the same document in the last day, and without a reason, it warns.
 */
export function putInForce(db: Db, { withoutPreview, ...upload }: PutInForce): Promise<PutResult> {
  const { organisation, document, by, at } = upload;
  return inTransaction(db, async (tx) => {
    const moves = await movesToReport(tx, organisation, document, at);
    const put = await putPolicyInForce(tx, upload);
    if (!put.changed) return { ...put, warnings: [] };
    const preview = moves.length === 0 ? undefined : await previewOf(tx, organisation, hashOf(document), at);
    const detail = {
      ...(moves.length === 0 ? {} : { beginToReport: moves, preview: preview ?? null }),
      ...(withoutPreview === undefined ? {} : { withoutPreview }),
    };
    const act = { organisation, at, actor: by, action: 'policy-put-in-force', target: `policy:${document.version}` };
    await recordAct(tx, { ...act, detail });
    const unseen = moves.length > 0 && preview === undefined && withoutPreview === undefined;
    return { ...put, warnings: unseen ? [warning(moves)] : [] };
  });
}

const warning = (moves: readonly string[]): string =>
  `These rules now report, and nobody has previewed this document in the last 24 hours: ${moves.join(', ')}. ` +
  'Preview it first (POST /api/v1/policies/preview), or say why not (?without-preview=REASON).';
