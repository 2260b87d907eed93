import type { Laptop } from './laptop.ts';

/** Whoever uses the laptop: no administrator. */
const WORKER = 'worker';

export const makeWorker = (laptop: Laptop) => laptop.stdout(`useradd --create-home ${WORKER}`);

/** A shell command as the worker; `$` and `'` are the shell's own. */
export const byWorker = (laptop: Laptop, command: string) =>
  laptop.run(`setpriv --reuid=${WORKER} --regid=${WORKER} --clear-groups env HOME=/home/${WORKER} sh -s`, command);

/** Those of `commands` that the worker's shell carried out. */
export async function carriedOut(laptop: Laptop, commands: readonly string[]): Promise<string[]> {
  const { stdout } = await byWorker(
    laptop,
    commands.map((command, index) => `( ${command} ) > /dev/null 2>&1 && echo ${index}`).join('\n'),
  );
  return stdout.split('\n').flatMap((index) => commands[Number(index || NaN)] ?? []);
}

/** What changes by itself on a system that runs, or is written by dpkg and systemd whatever is installed. */
const PASSING = /^\/(proc|sys|dev|run|tmp|root\/packages|var\/(log|cache|tmp)|var\/lib\/(dpkg|systemd|apt|dbus))(\/|$)/;

/** Every path of the system that stays, with its kind, mode and owner. */
export async function everything(laptop: Laptop): Promise<string[]> {
  const listed = await laptop.stdout("find / -xdev -printf '%p %y %m %u\\n'");
  return listed.split('\n').filter((line) => !PASSING.test(line));
}

export const added = (before: readonly string[], after: readonly string[]): string[] => {
  const known = new Set(before);
  return after.filter((line) => !known.has(line));
};
