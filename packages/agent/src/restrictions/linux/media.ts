import { setTimeout as delay } from 'node:timers/promises';
import { keepTrying, pause } from '../../watch/repeat.ts';
import { usbEvents } from '../../sources/linux/storage.ts';
import type { Means, Observed, RestrictorDeps } from '../means.ts';
import { lookAtMedia, probeStick, setCard, setStick } from './media-acts.ts';
import type { Media } from './media-seen.ts';

const KEPT = 'media_cut_off';
/** The kernel takes a disk away a moment after its interface. */
const LOOKS = 10;
const LOOK_EVERY_MS = 100;
const POLL_MS = 1000;

const driver = (name: 'bind' | 'unbind') => `/sys/bus/mmc/drivers/mmcblk/${name}`;
const authorised = (name: string) => `/sys/bus/usb/devices/${name}/authorized`;
const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/**
 * Memory sticks and cards, one interface at a time. A bus whose devices were all unauthorised by default would take the
 * keyboard of somebody who has none built in, or a person's assistive device; and what of a device with two uses is no
 * storage goes on working. What the system itself runs from stays.
 */
export function blockMedia({ host, kept }: RestrictorDeps): Means {
  async function look(): Promise<Media | undefined> {
    const seen = await host.act(lookAtMedia);
    return seen.kind === 'output' ? (JSON.parse(seen.stdout) as Media) : undefined;
  }
  const ours = () => JSON.parse(kept.text(KEPT) ?? '[]') as readonly string[];
  const remember = (names: readonly string[]) => {
    const sorted = [...new Set(names)].toSorted();
    if (sorted.join() !== ours().join()) kept.set(KEPT, sorted.length === 0 ? undefined : JSON.stringify(sorted));
  };

  /** What is still to be cut off. */
  const open = ({ sticks, cards }: Media) => ({
    sticks: sticks.filter((one) => !one.isSystem && (one.isOpen || one.disks.length > 0)),
    cards: cards.filter((one) => !one.isSystem && (one.isOpen || one.disks.length > 0)),
  });

  async function cutOff(media: Media): Promise<void> {
    const { sticks, cards } = open(media);
    // Kept before it is done, so that whatever happens what is cut off is known to be ours to give back.
    const there = new Set([...media.sticks, ...media.cards].map(({ name }) => name));
    remember([...ours().filter((name) => there.has(name)), ...[...sticks, ...cards].map(({ name }) => name)]);
    for (const { name, isOpen } of sticks)
      if (isOpen) await host.act(setStick, { parameters: [authorised(name), '0'] });
    for (const { name, isOpen } of cards) if (isOpen) await host.act(setCard, { parameters: [driver('unbind'), name] });
  }

  async function hold(): Promise<Observed> {
    const before = await look();
    if (before === undefined) return { effect: 'failed', observed: 'the USB devices could not be looked at' };
    await cutOff(before);
    let media = before;
    for (let count = 0; count < LOOKS; count += 1) {
      media = (await look()) ?? media;
      const left = open(media);
      if (left.sticks.length + left.cards.length === 0) break;
      await delay(LOOK_EVERY_MS);
    }
    const left = [...open(media).sticks, ...open(media).cards];
    if (left.length > 0)
      return {
        effect: 'failed',
        observed: `still there: ${left.map(({ name, disks }) => [name, ...disks].join(' ')).join(', ')}`,
      };
    const system = [...media.sticks, ...media.cards].filter(({ isSystem }) => isSystem);
    const cut = media.sticks.length + media.cards.length - system.length;
    const rest =
      system.length > 0 ? `; left alone, as the system runs from it: ${system.map(({ name }) => name).join(', ')}` : '';
    return {
      effect: 'in-force',
      observed: `${counted(cut, 'memory stick or card is', 'memory sticks and cards are')} cut off, and each that comes${rest}`,
    };
  }

  async function lift(): Promise<Observed> {
    const media = await look();
    if (media === undefined) return { effect: 'failed', observed: 'the USB devices could not be looked at' };
    const mine = new Set(ours());
    const sticks = media.sticks.filter(({ name, isOpen }) => mine.has(name) && !isOpen);
    const cards = media.cards.filter(({ name, isOpen }) => mine.has(name) && !isOpen);
    for (const { name } of sticks) await host.act(setStick, { parameters: [authorised(name), '1'] });
    // The kernel looks for a driver only when asked (Documentation/usb/authorization.rst).
    for (const { name } of sticks) await host.act(probeStick, { parameters: ['/sys/bus/usb/drivers_probe', name] });
    for (const { name } of cards) await host.act(setCard, { parameters: [driver('bind'), name] });
    const after = (await look()) ?? media;
    const left = [...after.sticks, ...after.cards].filter(({ name, isOpen }) => mine.has(name) && !isOpen);
    if (left.length > 0)
      return { effect: 'failed', observed: `still cut off: ${left.map(({ name }) => name).join(', ')}` };
    remember([]);
    return {
      effect: 'lifted',
      observed: `${counted(sticks.length + cards.length, 'memory stick or card was', 'memory sticks and cards were')} let in again`,
    };
  }

  return {
    hold,
    lift,
    async watch(changed, signal) {
      await keepTrying(async () => {
        const ended = await host.follow(
          usbEvents,
          (line) => /^KERNEL\[\S+\]\s+(add|bind)\s/.test(line) && changed(),
          signal,
        );
        while (ended.reason === 'tool-missing' && !signal.aborted) {
          changed();
          await pause(POLL_MS, signal);
        }
      }, signal);
    },
  };
}
