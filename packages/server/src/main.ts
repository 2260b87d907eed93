import { userInfo } from 'node:os';
import { runCommand } from './cli/program.ts';
import { systemClock, systemRandom } from './system.ts';

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

// What the server writes (database, keys, mail, log) is for its own user.
process.umask(0o077);
process.exitCode = await runCommand(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingFolder: process.cwd(),
  user: userName(),
  clock: systemClock,
  random: systemRandom,
});
