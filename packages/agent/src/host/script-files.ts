import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { files } from './files.ts';
import { type Request, type Unreadable, unreadable } from './host.ts';
import type { ScriptFiles, ScriptRunner } from './source.ts';

/**
 * What `Set-AuthenticodeSignature` puts at the end of a script. Nothing but Base64 may be in it and nothing after it:
 * whatever else would be run.
 */
const SIGNATURE = /\n# SIG # Begin signature block\n(?:# [A-Za-z0-9+/=]+\n)*# SIG # End signature block\n*$/;

/** SHA-256 of a script in hex: without its signature, a byte order mark, and Windows' ends of lines. */
export function digestOf(text: string): string {
  const lines = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return createHash('sha256').update(lines.replace(SIGNATURE, '').replace(/\n*$/, '\n')).digest('hex');
}

async function unfit({ folder, digests }: ScriptFiles, name: string): Promise<Unreadable | undefined> {
  try {
    const text = await files.readText(join(folder, name));
    return digestOf(text) === digests[name] ? undefined : unreadable('script-changed', name);
  } catch {
    return unreadable('script-missing', name);
  }
}

/** Why a script may not be run, if so: it is gone, or is not the one that the agent came with. */
export const unfitScript = ({
  folder,
  name,
  digest,
}: {
  readonly folder: string;
  readonly name: string;
  readonly digest: string;
}) => unfit({ folder, digests: { [name]: digest }, always: [] }, name);

/** By the source's id, each that may not be run, and why: its script is gone, or is not the one that the agent came with. */
export async function unfitIn(runner: ScriptRunner, requests: readonly Request[]): Promise<Map<string, Unreadable>> {
  const { scripts } = runner;
  const found = new Map<string, Unreadable>();
  if (scripts === undefined) return found;
  const shared = (await Promise.all(scripts.always.map((name) => unfit(scripts, name)))).find(
    (one) => one !== undefined,
  );
  for (const { source } of requests) {
    const own = source.reads.kind === 'script' ? await unfit(scripts, source.reads.text) : undefined;
    const why = shared ?? own;
    if (why !== undefined) found.set(source.id, why);
  }
  return found;
}
