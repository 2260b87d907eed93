import { checkNamed, type Known, known, unknown } from '@beadle/shared';
import { Compile } from 'typebox/compile';

const validators = new Map<string, (facts: unknown) => boolean>();

/** Facts are as a device sent them, of whatever version: what has not the form that the check reads is not known. */
export function readFacts(check: string, text: string): Known<unknown> {
  const schema = checkNamed(check)?.facts;
  if (schema === undefined) return unknown('check-not-supported');
  let isValid = validators.get(check);
  if (isValid === undefined) {
    const compiled = Compile(schema);
    isValid = (value) => compiled.Check(value);
    validators.set(check, isValid);
  }
  const facts: unknown = JSON.parse(text);
  return isValid(facts) ? known(facts) : unknown('not-understood');
}
