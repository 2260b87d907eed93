import { files } from './files.ts';

const SUPPLIES = '/sys/class/power_supply';

/** Linux: true where any supply but a battery says that it is online, whatever the maker has named it. */
async function hasSupplyOnline(): Promise<boolean> {
  const names = await files.list(SUPPLIES).catch(() => []);
  const online = names.map((name) => files.readText(`${SUPPLIES}/${name}/online`).catch(() => ''));
  return (await Promise.all(online)).some((text) => text.trim() === '1');
}

/**
 * True on mains power or without a battery. systeminformation knows only supplies named AC and AC0, and many laptops
 * have ADP1 or ACAD: those would never be seen on mains, hence the look for oneself first.
 */
export async function onMainsPower(): Promise<boolean> {
  if (await hasSupplyOnline()) return true;
  // On Linux battery() reads three files of /sys and starts nothing; elsewhere it does, and is not used.
  const { default: battery } = await import('systeminformation/lib/battery.js');
  const { hasBattery, acConnected } = await battery();
  return !hasBattery || acConnected;
}
