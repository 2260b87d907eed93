import type { Meta } from '../outbox/meta.ts';
import type { Kept } from './means.ts';

/** What means keep from run to run, under names of their own. */
export const keptIn = (meta: Pick<Meta, 'text' | 'set'>): Kept => ({
  text: (name) => meta.text(`restriction_${name}`),
  set: (name, value) => meta.set(`restriction_${name}`, value),
});
