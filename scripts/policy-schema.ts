import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyDocument, REQUIRE_SCHEMAS, Rule } from '../packages/shared/src/index.ts';

/**
 * The JSON Schema of the policy file, for editors and for other programs, made from the schemas that the code reads
 * policies by. Draft 7, which every editor's YAML support knows.
 */
export const schemaFile = join(import.meta.dirname, '../policies/policy.schema.json');

/** Binds each rule's `require` to the parameters of the check that the rule names. */
const requireByCheck = Object.entries(REQUIRE_SCHEMAS).map(([check, require]) => ({
  if: { properties: { check: { const: check } }, required: ['check'] },
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
  then: { properties: { require } },
}));

const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Beadle policy',
  ...PolicyDocument,
  properties: {
    ...PolicyDocument.properties,
    rules: { ...PolicyDocument.properties.rules, items: { ...Rule, allOf: requireByCheck } },
  },
};

export const policySchema = (): string => `${JSON.stringify(schema, null, 2)}\n`;

if (import.meta.main) {
  const text = policySchema();
  const before = readFileSync(schemaFile, { encoding: 'utf8', flag: 'a+' });
  if (text !== before) writeFileSync(schemaFile, text);
  console.log(text === before ? 'policies/policy.schema.json is up to date' : 'wrote policies/policy.schema.json');
}
