import { setTimeout as delay } from 'node:timers/promises';
import { usbEvents } from '../../sources/linux/storage.ts';
import { keepTrying, pause } from '../../watch/repeat.ts';
import type { Means, Observed, RestrictorDeps } from '../means.ts';
import { lookAtMedia, probeStick, setCard, setStick } from './media-acts.ts';
import type { Media, Medium } from './media-seen.ts';

type Host = RestrictorDeps['host'];

const KEPT = 'media_cut_off';
/** The kernel takes a disk away a moment after its interface. */
const LOOKS = 10;
const LOOK_EVERY_MS = 100;
const POLL_MS = 1000;

const driver = (name: 'bind' | 'unbind') => `/sys/bus/mmc/drivers/mmcblk/${name}`;
const authorised = (name: string) => `/sys/bus/usb/devices/${name}/authorized`;
const counted = (count: number) => (count === 1 ? '1 memory stick or card' : `${count} memory sticks and cards`);
const namesOf = (media: readonly Medium[]) => media.map(({ name, disks }) => [name, ...disks].join(' ')).join(', ');
const UNSEEN: Observed = { effect: 'failed', observed: 'the USB devices could not be looked at' };

const all = ({ sticks, cards }: Media) => [...sticks, ...cards];
/** Still to be cut off. */
const isOpen = ({ isSystem, isOpen: open, disks }: Medium) => !isSystem && (open || disks.length > 0);

async function look(host: Host): Promise<Media | undefined> {
  const seen = await host.act(lookAtMedia);
  return seen.kind === 'output' ? (JSON.parse(seen.stdout) as Media) : undefined;
}

/** Names of what was cut off by us, and by nobody else. */
function createOurs(kept: RestrictorDeps['kept']) {
  const names = () => JSON.parse(kept.text(KEPT) ?? '[]') as readonly string[];
  return {
    names,
    set(more: readonly string[]): void {
      const sorted = [...new Set(more)].toSorted();
      if (sorted.join() !== names().join()) kept.set(KEPT, sorted.length === 0 ? undefined : JSON.stringify(sorted));
    },
  };
}
type Ours = ReturnType<typeof createOurs>;

async function cutOff(host: Host, ours: Ours, media: Media): Promise<void> {
  const there = new Set(all(media).map(({ name }) => name));
  const open = all(media).filter(isOpen);
  // Kept before it is done, so that whatever happens what is cut off is known to be ours to give back.
  ours.set([...ours.names().filter((name) => there.has(name)), ...open.map(({ name }) => name)]);
  for (const { name } of media.sticks.filter((one) => isOpen(one) && one.isOpen))
    await host.act(setStick, { parameters: [authorised(name), '0'] });
  for (const { name } of media.cards.filter((one) => isOpen(one) && one.isOpen))
    await host.act(setCard, { parameters: [driver('unbind'), name] });
}

async function hold(host: Host, ours: Ours): Promise<Observed> {
  let media = await look(host);
  if (media === undefined) return UNSEEN;
  await cutOff(host, ours, media);
  for (let count = 0; count < LOOKS; count += 1) {
    media = (await look(host)) ?? media;
    if (!all(media).some(isOpen)) break;
    await delay(LOOK_EVERY_MS);
  }
  const left = all(media).filter(isOpen);
  if (left.length > 0) return { effect: 'failed', observed: `still there: ${namesOf(left)}` };
  const system = all(media).filter(({ isSystem }) => isSystem);
  const rest = system.length > 0 ? `; left alone, as the system runs from it: ${namesOf(system)}` : '';
  const cut = all(media).length - system.length;
  return { effect: 'in-force', observed: `${counted(cut)} cut off, and each that comes${rest}` };
}

async function lift(host: Host, ours: Ours): Promise<Observed> {
  const media = await look(host);
  if (media === undefined) return UNSEEN;
  const mine = new Set(ours.names());
  const isOurs = ({ name, isOpen: open }: Medium) => mine.has(name) && !open;
  const [sticks, cards] = [media.sticks.filter(isOurs), media.cards.filter(isOurs)];
  for (const { name } of sticks) await host.act(setStick, { parameters: [authorised(name), '1'] });
  // The kernel looks for a driver only when asked (Documentation/usb/authorization.rst).
  const probes = sticks.map(({ name }) => host.act(probeStick, { parameters: ['/sys/bus/usb/drivers_probe', name] }));
  const binds = cards.map(({ name }) => host.act(setCard, { parameters: [driver('bind'), name] }));
  const results = await Promise.all([...probes, ...binds]);
  const left = all((await look(host)) ?? media).filter(isOurs);
  if (results.some(({ kind }) => kind === 'unreadable'))
    return {
      effect: 'failed',
      observed: 'let in, and the kernel did not look for a driver: pull them out and plug them in',
    };
  if (left.length > 0) return { effect: 'failed', observed: `still cut off: ${namesOf(left)}` };
  ours.set([]);
  return { effect: 'lifted', observed: `${counted(sticks.length + cards.length)} let in again` };
}

/** As the kernel announces what is plugged in; where there is no udevadm, by a look each second. */
async function watch(host: Host, changed: () => void, signal: AbortSignal): Promise<void> {
  const onLine = (line: string) => /^KERNEL\[\S+\]\s+(add|bind)\s/.test(line) && changed();
  await keepTrying(async () => {
    const ended = await host.follow(usbEvents, onLine, signal);
    while (ended.reason === 'tool-missing' && !signal.aborted) {
      changed();
      await pause(POLL_MS, signal);
    }
  }, signal);
}

/**
 * Memory sticks and cards, one interface at a time. A bus whose devices were all unauthorised by default would take the
 * keyboard of somebody who has none built in, or a person's assistive device; and what of a device with two uses is no
 * storage goes on working. What the system itself runs from stays.
 */
export function blockMedia({ host, kept }: RestrictorDeps): Means {
  const ours = createOurs(kept);
  return {
    hold: () => hold(host, ours),
    lift: () => lift(host, ours),
    watch: (changed, signal) => watch(host, changed, signal),
  };
}
