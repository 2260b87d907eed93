import { MINUTE_MS } from './demo/calendar.ts';
import { fill } from './demo/fill.ts';
import { fillFolder, isFilled } from './demo/folder.ts';
import { type DemoOptions, HELP, readOptions } from './demo/options.ts';
import { COUNCIL } from './demo/policy.ts';
import { bringUp, say } from './start/bring-up.ts';
import { ROOT } from './start/programs.ts';
import { runUntilSignalled } from './start/run.ts';
import { readStartSettings, serverEnvironment, type StartSettings } from './start/settings.ts';

const NOTICE = 'A demonstration: this council, its people and its devices are invented';

async function fillOnce(settings: StartSettings, options: DemoOptions, signal: AbortSignal): Promise<void> {
  if (isFilled(settings.data)) return say(`Going on with the council in ${settings.data}.`);
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const began = performance.now();
  say(`Inventing ${options.devices} devices and ${options.weeks} weeks of history, once:`);
  await fillFolder(settings.data, { ...options, endedAt: new Date(now).toISOString() }, (data) =>
    fill({
      ...options,
      now,
      signal,
      policy: settings.policy,
      environment: serverEnvironment({ ...settings, data }, COUNCIL),
      arriving: (month) => say(`  ${month}`),
    }),
  );
  say(`Invented in ${Math.round((performance.now() - began) / 1000)} s: ${settings.data}`);
}

async function main(args: readonly string[]): Promise<number> {
  return runUntilSignalled(async (running, signal) => {
    const options = readOptions(args);
    if (options === 'help') return say(HELP.trimEnd());
    const settings = readStartSettings(process.env, ROOT, 'demo-data');
    await fillOnce(settings, options, signal);
    const env = { ...serverEnvironment(settings, COUNCIL), BEADLE_SERVER_NOTICE: NOTICE };
    return bringUp({ settings, env, name: 'npm run demo' }, running, signal);
  });
}

process.exit(await main(process.argv.slice(2)));
