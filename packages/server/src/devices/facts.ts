import { checkNamed, type Known, known, unknown } from '@beadle/shared';
import { validatorOf } from '../validators.ts';

/** Facts are as a device sent them, of whatever version: what has not the form that the check reads is not known. */
export function readFacts(check: string, text: string): Known<unknown> {
  const schema = checkNamed(check)?.facts;
  if (schema === undefined) return unknown('check-not-supported');
  const facts: unknown = JSON.parse(text);
  return validatorOf(schema).Check(facts) ? known(facts) : unknown('not-understood');
}
