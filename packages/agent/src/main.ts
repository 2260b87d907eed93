import { check } from './cli/check.ts';
import { collected } from './cli/collected.ts';
import type { Command } from './cli/command.ts';
import { enrol } from './cli/enrol.ts';
import { hold } from './cli/hold.ts';
import { recordCommand } from './cli/record.ts';
import { releaseCommand } from './cli/release.ts';
import { run } from './cli/run.ts';
import { sources } from './cli/sources.ts';
import { status } from './cli/status.ts';
import { faultOf, FAULTS, UsageError } from './errors.ts';
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

/** Codes of Node and undici that mean that nobody answered, or nobody who can be trusted. */
const NETWORK =
  /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE|UND_ERR_|CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

/** In words what kept a command from its work; undefined where it is a bug, whose stack is wanted. */
function explain(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  const fault = faultOf(error);
  if (fault !== undefined) return `${FAULTS[fault]}${error instanceof Error ? ` (${error.message})` : ''}`;
  const isOfNetwork = error instanceof Error && (error.name === 'TimeoutError' || NETWORK.test(codeOf(error)));
  return isOfNetwork
    ? `The server does not answer: ${error.message}. Check the address and the network, then try again.`
    : undefined;
}

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
