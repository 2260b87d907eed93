import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { codeOf, StartError } from '../errors.ts';
import { verifyEvidence } from '../evidence/verify.ts';
import { type CommandIo, print } from './io.ts';

interface Options {
  readonly key?: string;
}

function bytesOf(file: string, io: CommandIo): Buffer {
  try {
    return readFileSync(resolve(io.workingFolder, file));
  } catch (cause) {
    throw new StartError(`${file}: expected a file that can be read (${codeOf(cause) ?? 'it cannot'}).`, {
      exitCode: 2,
      cause,
    });
  }
}

/** `evidence verify`: 0 where the pack is as it was made, 1 with what differs. Needs no settings and no database. */
export function evidenceVerify(file: string, io: CommandIo, { key }: Options): number {
  const { problems, manifest, keyId, followed, held } = verifyEvidence(bytesOf(file, io), key);
  if (problems.length > 0) {
    print(io.stderr, ...problems.map((problem) => `${file}: ${problem}.`));
    return 1;
  }
  print(
    io.stdout,
    `${file}: the evidence of ${manifest?.reference ?? ''} is as ${manifest?.council ?? ''} made it at ${manifest?.writtenAt ?? ''}.`,
    `${manifest?.files.length ?? 0} files; ${followed} links of the devices’ chains, ${held} findings with their content.`,
    key === undefined
      ? `Signed with the key ${keyId ?? ''}: compare it with the fingerprint on the server's page of settings, or give it with --key.`
      : `Signed with the key that you gave.`,
  );
  return 0;
}

export function addEvidence(program: Command, done: (exitCode: number) => void, io: CommandIo): void {
  program
    .command('evidence')
    .description('evidence packs of breaches')
    .command('verify <FILE>')
    .description('exit 0 where a pack is as it was made, 1 with what differs; needs no server and no database')
    .option('--key <FINGERPRINT>', "the fingerprint of the server's key, as its page of settings shows it")
    .action((file: string, options: Options) => done(evidenceVerify(file, io, options)));
}
