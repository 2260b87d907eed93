import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { onceForEach } from './once-for-each.ts';

/** Compiled when first asked for, and once for each schema, whoever asks. */
export const validatorOf = onceForEach((schema: TSchema) => Compile(schema));
