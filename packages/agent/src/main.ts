import { check } from './cli/check.ts';
import { collected } from './cli/collected.ts';
import type { Command } from './cli/command.ts';
import { enrol } from './cli/enrol.ts';
import { explain } from './cli/explain.ts';
import { hold } from './cli/hold.ts';
import { recordCommand } from './cli/record.ts';
import { releaseCommand } from './cli/release.ts';
import { run } from './cli/run.ts';
import { sources } from './cli/sources.ts';
import { status } from './cli/status.ts';
import { UsageError } from './errors.ts';
import { VERSION } from './version.ts';

const COMMANDS: readonly Command[] = [
  run,
  enrol,
  check,
  recordCommand,
  collected,
  status,
  releaseCommand,
  hold,
  sources,
];

const usage = (): string =>
  [
    'Usage: beadle-agent COMMAND [OPTIONS]',
    '',
    'Checks this council-owned device against the council policy. Silent, never hidden.',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'beadle-agent COMMAND --help tells more. --version prints the version.',
  ].join('\n');

const usageOf = ({ name, synopsis, summary, details }: Command): string =>
  [
    `Usage: beadle-agent ${name} ${synopsis}`,
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    ...details,
    '',
    '--data DIR is the folder of the agent data.',
  ].join('\n');

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version') return print(VERSION);
  if (name === undefined || name === '--help' || name === 'help') return print(usage(), name === undefined ? 2 : 0);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`There is no command ${name}.\n\n${usage()}`);
  if (rest.includes('--help')) return print(usageOf(command));
  return command.run(rest);
}

function print(text: string, code = 0): number {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  return code;
}

// Whoever reads only the first lines, as `head` does, has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const words = explain(error);
  process.stderr.write(`${words ?? (error instanceof Error ? error.stack : String(error))}\n`);
  process.exitCode = words === undefined ? 1 : 2;
}
