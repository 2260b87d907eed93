import { DESIRED_STATE_TYPE, POLICY_TYPE } from '@beadle/shared';

/** The kind that a document says it is of; nothing is known of it until it is opened. */
export function typeOf(jws: string): string | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(jws.slice(0, jws.indexOf('.')), 'base64url').toString());
    const type = typeof header === 'object' && header !== null && 'typ' in header ? header.typ : undefined;
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
}

/** By whom each is taken: a kind that this version does not know is left alone (docs/protocol.md, 8). */
export function sortDocuments(documents: readonly string[]) {
  const of = (type: string) => documents.filter((jws) => typeOf(jws) === type);
  return { desired: of(DESIRED_STATE_TYPE), policies: of(POLICY_TYPE) };
}
