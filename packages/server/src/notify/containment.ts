import { type NoticeText, paragraphs } from './messages.ts';

interface Asked {
  readonly ref: string;
  /** What ICT is asked to do, in the words of whoever asks. */
  readonly request: string;
  readonly by: string;
  readonly severity: string;
}

/** ICT is asked to contain a breach (clauses 4.6 and 4.7). Whose it is stands behind the link alone. */
export function containmentNotice({ ref, request, by, severity }: Asked, origin: string): NoticeText {
  const path = `/breaches/${encodeURIComponent(ref)}`;
  return {
    title: `${ref}: please contain this`,
    body: paragraphs(
      `${by} asks ICT to contain ${ref} (severity ${severity}).`,
      `What is asked: ${request}`,
      `What you need to do: do it, then say in the case what was done and by whom.\n${origin}${path}/contain`,
      'What happens next: it is assessed. Nothing is undone by itself.',
    ),
    event: { type: 'containment.asked', reference: ref, severity, path },
  };
}
