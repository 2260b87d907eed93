import { files } from './files.ts';
import type { SourceResult } from './host.ts';
import type { Source } from './source.ts';

const SUPPLIES = '/sys/class/power_supply';

/** Linux: true where any supply but a battery says that it is online, whatever the maker has named it. */
async function hasSupplyOnline(): Promise<boolean> {
  const names = await files.list(SUPPLIES).catch(() => []);
  const online = names.map((name) => files.readText(`${SUPPLIES}/${name}/online`).catch(() => ''));
  return (await Promise.all(online)).some((text) => text.trim() === '1');
}

/**
 * systeminformation knows only supplies named AC and AC0, and many laptops have ADP1 or ACAD: those would never be seen
 * on mains, hence the look for oneself first. On Linux its battery() reads three files of /sys and starts nothing.
 */
async function onMainsPowerLinux(): Promise<boolean> {
  if (await hasSupplyOnline()) return true;
  const { default: battery } = await import('systeminformation/lib/battery.js');
  const { hasBattery, acConnected } = await battery();
  return !hasBattery || acConnected;
}

/** `{HasBattery, PowerOnline}` of `windows/power` and `macos/power`. */
function isOnMains(result: SourceResult): boolean | undefined {
  if (result.kind === 'unreadable' || result.exitCode !== 0) return undefined;
  try {
    const told = JSON.parse(result.stdout) as { readonly HasBattery?: unknown; readonly PowerOnline?: unknown } | null;
    if (told?.HasBattery === false) return true;
    return typeof told?.PowerOnline === 'boolean' ? told.PowerOnline : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether there is mains power or no battery. Linux tells it by files. Elsewhere a program has to be asked, which is one
 * of the scripts: it is asked together with whatever else is, and what it said last holds. Until then it is mains, as
 * nothing has been read yet for which an older answer could serve.
 */
export function createPower(sources: readonly Source[]) {
  const source = sources.find(({ id }) => id === 'windows/power' || id === 'macos/power');
  let last = true;
  return {
    /** To be asked with the other scripts, where there is one. */
    source,
    heard(result: SourceResult | undefined): void {
      last = (result === undefined ? undefined : isOnMains(result)) ?? last;
    },
    onMainsPower: (): Promise<boolean> => (source === undefined ? onMainsPowerLinux() : Promise.resolve(last)),
  };
}
