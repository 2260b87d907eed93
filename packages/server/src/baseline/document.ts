import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { type Addition, LISTS } from './proposals.ts';

export interface ProposedDocument {
  readonly version: string;
  /** The file, to be looked at, changed and uploaded by whoever decides. */
  readonly source: string;
  readonly changes: readonly { readonly rule: string; readonly list: string; readonly added: readonly string[] }[];
}

/** The policy without its version and the lists that a baseline may add to. */
function bones({ rules, ...rest }: PolicyDocument): unknown {
  return {
    ...rest,
    version: '',
    rules: rules.map((rule) => {
      const require = { ...rule.require };
      for (const list of LISTS) delete require[list];
      return { ...rule, require };
    }),
  };
}

function add(document: Document, { rule, list, value }: Addition): void {
  const rules = document.get('rules');
  const found = (isSeq(rules) ? rules.items : []).find((one): one is YAMLMap => isMap(one) && one.get('id') === rule);
  const require = found?.get('require');
  if (!isMap(require)) throw new Error(`the policy has no rule ${rule} with a require`);
  const values = require.get(list);
  if (isSeq(values)) values.add(value);
  else require.set(list, document.createNode([value]));
}

/**
 * The file with these additions, its comments kept, under another version. A baseline adds to the list of
 * administrators and to nothing else, whatever it is asked: throws where anything else came to differ.
 */
export function withAdditions(source: string, additions: readonly Addition[], version: string): ProposedDocument {
  const document = parseDocument(source);
  const before = readPolicy(source);
  if (!before.ok) throw new Error('the policy that is added to has errors');
  for (const addition of additions) add(document, addition);
  document.set('version', version);
  const text = document.toString({ lineWidth: 0 });
  const proposed = readPolicy(text);
  if (!proposed.ok || !isDeepStrictEqual(bones(before.policy), bones(proposed.policy)))
    throw new Error('a baseline may add to the list of administrators only');
  const groups = Map.groupBy(additions, ({ rule, list }) => JSON.stringify([rule, list]));
  const changes = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ rule: first.rule, list: first.list, added: group.map(({ value }) => value) }];
  });
  return { version, source: text, changes };
}

/** A version that is no other document's: that of the policy, with a number. */
export function nextVersion(version: string, taken: readonly string[]): string {
  const stem = version.replace(/-baseline-\d+$/, '').slice(0, 60);
  for (let number = 1; ; number += 1) {
    const name = `${stem}-baseline-${number}`;
    if (!taken.includes(name)) return name;
  }
}
