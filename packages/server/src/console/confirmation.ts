import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { type PageDeps, showPage } from './console.ts';
import type { EntryPage, Exchange } from './entry-form.ts';
import type { Section } from './views.ts';

/** A question before something goes. */
export interface Confirmation {
  readonly heading: string;
  readonly section: Section;
  readonly crumbs: EntryPage['crumbs'];
  readonly lines: readonly string[];
  readonly action: string;
  readonly button: string;
  readonly back: string;
  readonly version?: string | undefined;
  readonly error?: string;
}

export const showConfirmation = (deps: PageDeps, exchange: Exchange, page: Confirmation): Promise<FastifyReply> =>
  showPage(
    deps,
    exchange,
    'confirm',
    { page },
    { section: page.section, status: page.error === undefined ? 200 : 400 },
  );

export const ConfirmForm = Type.Object(
  { version: Type.Optional(Type.String({ maxLength: 64 })) },
  { additionalProperties: false },
);

/** Why it cannot go; a fault of the server, and what is not there, go on. */
export function refusalOf(error: unknown): string {
  if (error instanceof Problem && error.code === 'conflict') return error.message;
  throw error;
}
