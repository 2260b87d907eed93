import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readPolicy } from '../../src/policy/read.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';

const folder = join(import.meta.dirname, '../../../../policies');
export const policyText = (name: string): string => readFileSync(join(folder, `${name}.yaml`), 'utf8');

/** The names of the policies that come with Beadle. */
export const SHIPPED = globSync('*.yaml', { cwd: folder })
  .map((file) => basename(file, '.yaml'))
  .toSorted();

/** Reads the text of a policy, which must be good. */
export function policyOf(text: string): PolicyDocument {
  const reading = readPolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  return reading.policy;
}

const read = new Map<string, PolicyDocument>();

/** A policy that comes with Beadle, read once. */
export function shipped(name: string): PolicyDocument {
  const policy = read.get(name) ?? policyOf(policyText(name));
  read.set(name, policy);
  return policy;
}

export const dacorumText = policyText('dacorum');
export const dacorum = (): PolicyDocument => shipped('dacorum');
