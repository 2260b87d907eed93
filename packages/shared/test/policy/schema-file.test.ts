import { readFileSync } from 'node:fs';
import { Compile } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchema, schemaFile } from '../../../../scripts/policy-schema.ts';
import { dacorumText } from './policies.ts';

describe('policies/policy.schema.json', () => {
  const text = readFileSync(schemaFile, 'utf8');
  const schema = Compile(JSON.parse(text));
  const dacorum = () => parse(dacorumText) as { rules: { check: string; require: Record<string, unknown> }[] };

  it('is in step with the code (node scripts/policy-schema.ts writes it)', () => {
    expect(text).toBe(policySchema());
  });

  it('accepts the policy of Dacorum', () => {
    expect(schema.Check(dacorum())).toBe(true);
  });

  it("binds a rule's parameters to the check that it names", () => {
    const policy = dacorum();
    const sticks = policy.rules.find((rule) => rule.check === 'removable-media');
    Object.assign(sticks?.require ?? {}, { volumes: 'fixed' });
    expect(schema.Check(policy)).toBe(false);
  });
});
