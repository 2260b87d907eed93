import type { Phrase } from '../language/say.ts';

/** What the page says after an act, by the word in its address. */
const DONE: Readonly<Record<string, Phrase>> = {
  asked: 'Your request has been sent to whoever decides.',
  approve: 'You have approved this. The devices are told at their next check-in.',
  refuse: 'You have refused this. Your reason is in its history.',
  revoke: 'You have ended this. The devices are told at their next check-in.',
  withdraw: 'The request is withdrawn.',
  accept: 'It is recorded that you accept the risks.',
  paper: 'It is recorded what became of the paper.',
};

export const doneWords = (done = ''): Phrase | undefined => (Object.hasOwn(DONE, done) ? DONE[done] : undefined);
