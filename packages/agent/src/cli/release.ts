import { setTimeout as delay } from 'node:timers/promises';
import { normaliseReleaseCode } from '@beadle/shared';
import { UsageError } from '../errors.ts';
import { readAnswer } from '../orders/answer-codes.ts';
import type { Tried } from '../orders/release.ts';
import { drop } from '../orders/spool.ts';
import { createMeta } from '../outbox/meta.ts';
import { openForReading } from '../outbox/store.ts';
import { type Command, DATA_OPTION, dataFolder, readOptions, say } from './command.ts';

/** A code is compared with each hash for a third of a second, behind those that were typed before it. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;

function answerIn(data: string, name: string): Tried | undefined {
  const sql = openForReading(data);
  try {
    return sql === undefined ? undefined : readAnswer(createMeta(sql), name);
  } finally {
    sql?.close();
  }
}

async function answerTo(data: string, name: string): Promise<Tried | undefined> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const tried = answerIn(data, name);
    if (tried !== undefined) return tried;
    await delay(LOOK_EVERY_MS);
  }
  return undefined;
}

function handIn(data: string, code: string): string {
  try {
    return drop(data, code);
  } catch (cause) {
    throw new UsageError(
      `The code cannot be handed to the agent in ${data}: this device is not enrolled, or the agent has not run since. Call ICT.`,
      { cause },
    );
  }
}

const inMinutes = (seconds: number): string => (seconds <= 60 ? 'a minute' : `${Math.ceil(seconds / 60)} minutes`);

/** What is said of what came of a code, and the exit code. */
export function inWords(tried: Tried): readonly [words: string, code: number] {
  switch (tried.kind) {
    case 'released':
      return ['That is the code. The restriction is being ended now.', 0];
    case 'wrong':
      return [
        tried.triesLeft > 0
          ? `That is not the code. You can try ${tried.triesLeft} more ${tried.triesLeft === 1 ? 'time' : 'times'} before you have to wait.`
          : 'That is not the code. You now have to wait before you can try again. Call ICT.',
        1,
      ];
    case 'wait':
      return [`Too many wrong codes were typed. Wait ${inMinutes(tried.seconds)}, then try again.`, 1];
    case 'nothing':
      return ['Nothing on this device can be ended by a code now.', 1];
  }
}

export const releaseCommand: Command = {
  name: 'release',
  summary: 'ends a restriction by the code that ICT has told you, with or without a network',
  synopsis: 'CODE [--data DIR]',
  details: [
    'CODE has ten characters, such as ABCDE-12345; small letters, spaces and hyphens do not matter.',
    'The person whose device this is may run it. After five wrong codes there is a wait, which grows.',
    'Exit code 0: the restriction has been ended; 1: it has not; 2: usage.',
  ],
  async run(args) {
    const { values, positionals } = readOptions(args, DATA_OPTION, 2);
    const code = positionals.join('');
    if (code === '') throw new UsageError('CODE is missing: type the ten characters that ICT has told you.');
    if (normaliseReleaseCode(code) === undefined)
      throw new UsageError(
        'That is not of the form of a code, which has ten letters and figures, such as ABCDE-12345.',
      );
    const data = dataFolder(values);
    const tried = await answerTo(data, handIn(data, code));
    if (tried === undefined)
      throw new UsageError('The agent does not answer. The code is kept, and is tried as soon as the agent runs.');
    const [words, exitCode] = inWords(tried);
    say(words);
    return exitCode;
  },
};
