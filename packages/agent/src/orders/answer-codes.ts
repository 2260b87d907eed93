import type { Logger } from 'pino';
import type { Meta } from '../outbox/meta.ts';
import type { Release, Tried } from './release.ts';
import { takeDropped } from './spool.ts';
import { createTurns } from './turns.ts';

/** Where whoever typed a code finds what came of it. */
const ANSWER = 'release_answer';

export interface Answer {
  readonly name: string;
  readonly tried: Tried;
}

export function readAnswer(meta: Pick<Meta, 'text'>, name: string): Tried | undefined {
  const answers = JSON.parse(meta.text(ANSWER) ?? '[]') as Answer[];
  return answers.find((one) => one.name === name)?.tried;
}

const ANSWERS_KEPT = 10;

interface Deps {
  readonly data: string;
  readonly now: number;
  readonly meta: Meta;
  readonly release: Release;
  readonly log: Logger;
}

const turn = createTurns();

/** Tries each code that was handed in, in turn. True where one has ended something. */
export const answerDropped = ({ data, now, meta, release, log }: Deps): Promise<boolean> =>
  turn(data, async () => {
    let ended = false;
    for (const { name, code } of takeDropped(data, now)) {
      const tried = await release.try(code);
      log.info({ came: tried.kind }, 'a release code was typed');
      const before = JSON.parse(meta.text(ANSWER) ?? '[]') as Answer[];
      meta.set(ANSWER, JSON.stringify([...before, { name, tried }].slice(-ANSWERS_KEPT)));
      ended ||= tried.kind === 'released';
    }
    return ended;
  });
