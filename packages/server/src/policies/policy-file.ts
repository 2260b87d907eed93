import type { PolicyDocument } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { type FieldProblem, problem } from '../errors.ts';
import { holdsOnlyKeepable, isKeepable } from '../keepable.ts';

export const UPLOAD_LIMIT = 1024 * 1024;
export const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml'];

export type ReadUpload =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly detail: string; readonly fields: readonly FieldProblem[] };

/** Reads a policy file: the document, or each error's line, path and what was expected. */
export function readUpload(text: string): ReadUpload {
  const reading = readPolicy(text);
  if (reading.ok && isKeepable(text) && holdsOnlyKeepable(reading.policy))
    return { ok: true, document: reading.policy };
  if (reading.ok)
    return { ok: false, detail: 'A text of the policy holds a NUL or half of a surrogate pair.', fields: [] };
  const fields = reading.errors.map(({ line, column, path, expected }) => ({
    field: `${line}:${column}: ${path}`,
    expected,
  }));
  return { ok: false, detail: 'The policy has errors; each is named with its line, column and path.', fields };
}

/** The document of a request's body; a refusal that says what is wrong where it is none. */
export function documentIn(body: unknown): { readonly document: PolicyDocument; readonly source: string } {
  if (typeof body !== 'string') throw problem('unsupported-type', 'Send the policy file as application/yaml.');
  const read = readUpload(body);
  if (!read.ok) throw problem('policy-refused', read.detail, read.fields);
  return { document: read.document, source: body };
}
