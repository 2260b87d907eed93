import type { PausingDeps } from '../../../ordering/pauses/act.ts';
import { linkTo, type PageDeps } from '../../console.ts';
import type { Exchange } from '../../entry-form.ts';
import type { Values } from '../../forms/fields.ts';
import type { ActForm } from '../orders/act-form.ts';

export type PausePageDeps = PageDeps & PausingDeps;

export const HERE = '/pauses';

/** A question about pauses, of which the list of them is where it is left for. */
export interface PauseForm extends Pick<ActForm, 'intro' | 'fields' | 'button' | 'confirm'> {
  readonly heading: string;
  readonly here: string;
  readonly run: (values: Values) => Promise<unknown>;
  /** What is said in the list then. */
  readonly done: string;
}

export const formOf = ({ heading, here, run, done, ...form }: PauseForm, { reply }: Exchange): ActForm => ({
  ...form,
  frame: { assetTag: 'Pauses', back: HERE, heading, here },
  async run(values) {
    await run(values);
    return reply.redirect(linkTo(HERE, { done }), 303);
  },
});
