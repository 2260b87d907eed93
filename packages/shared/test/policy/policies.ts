import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicy } from '../../src/policy/read.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';

export const dacorumText = readFileSync(join(import.meta.dirname, '../../../../policies/dacorum.yaml'), 'utf8');

const reading = readPolicy(dacorumText);

/** The policy of Dacorum, read once. */
export function dacorum(): PolicyDocument {
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  return reading.policy;
}
