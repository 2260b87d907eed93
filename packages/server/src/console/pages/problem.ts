import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldProblem, ProblemCode } from '../../errors.ts';
import { signInFor } from '../after-sign-in.ts';
import { type PageDeps, showPage } from '../console.ts';
import type { Phrase } from '../language/say.ts';

/** An error as it may be told. */
export interface ShownError {
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  readonly detail: string;
  readonly fields: readonly FieldProblem[];
  readonly requestId: string;
}

interface Words {
  readonly heading: Phrase;
  readonly lines: readonly string[];
  /** Whether the number of the request helps whoever is asked. */
  readonly withNumber?: boolean;
}

function wordsOf({ status, code, detail }: ShownError): Words {
  if (status === 404) {
    return {
      heading: 'Page not found',
      lines: [
        code === 'not-found' ? ('If you typed the web address, check it is correct.' satisfies Phrase) : detail,
        'If you followed a link, what it led to may be on record under another reference.' satisfies Phrase,
      ],
    };
  }
  if (status === 403) return { heading: 'You cannot do this', lines: [detail] };
  if (status === 429)
    return { heading: 'Too many requests', lines: ['Wait a minute, then try again.' satisfies Phrase] };
  if (status >= 500)
    return {
      heading: 'Sorry, there is a problem with the service',
      lines: ['Try again later.' satisfies Phrase],
      withNumber: true,
    };
  return {
    heading: 'There is a problem',
    lines: [detail || ('The address or the form is not one that this page understands.' satisfies Phrase)],
  };
}

/** The page for whatever could not be answered; who has not signed in is led there. */
export const showProblem =
  (deps: PageDeps) =>
  async (error: ShownError, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (error.status === 401) return reply.redirect(signInFor(request), 303);
    const { heading, lines, withNumber = false } = wordsOf(error);
    const model = { heading, lines, requestId: withNumber ? error.requestId : undefined };
    return showPage(deps, { request, reply }, 'problem', model, { status: error.status, evenSo: true });
  };
