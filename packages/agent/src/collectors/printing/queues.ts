import { type Known, known, mapKnown, type Queue, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { withoutPassword } from '../../sources/linux/masks.ts';
import { firstLine, textOf } from '../answers.ts';

const MOST_QUEUES = 500;
const LOCAL =
  /^(usb|ippusb|parallel|serial|bluetooth|usblp|hp:\/(usb|par)|hpfax:\/(usb|par)|[a-z0-9.-]+\+usb|file:(\/\/)?\/dev\/)/;
const LOOPBACK = /^(ipps?|https?|socket|lpd):\/\/(127\.[\d.]+|localhost|\[::1\])([:/?]|$)/;
const FILE = /^(cups-pdf|file):|^\/+dev\/null$|^file:(\/\/)?\/dev\/null$/;
const NULL_DEVICE = /^(file:)?\/+dev\/null$/;

/** By the device URI only, as anybody may choose a queue's name. What is not known to be nearer is on a network. */
export function reachOf(uri: string): Queue['reach'] {
  const text = uri.toLowerCase();
  if (NULL_DEVICE.test(text)) return 'file';
  if (LOCAL.test(text) || LOOPBACK.test(text)) return 'local';
  return FILE.test(text) ? 'file' : 'network';
}

function queueOf(line: string): Queue | undefined {
  const [, name, uri] = /^device for (\S+): (\S+)\s*$/.exec(line) ?? [];
  if (name === undefined || uri === undefined || name.length > 300) return undefined;
  const target = withoutPassword(uri);
  return { name, target: target.slice(0, 500), reach: reachOf(target) };
}

/** `No destinations added` is an answer, and none of lpstat's other complaints is one. */
function complaint(result: SourceResult | undefined): Known<readonly Queue[]> | undefined {
  if (result?.kind !== 'output') return undefined;
  if (/No destinations added/i.test(result.stderr) && result.stdout.trim() === '') return known([]);
  if (result.stderr.trim() !== '' && result.stdout.trim() === '')
    return unknown('service-down', firstLine(result.stderr));
  return undefined;
}

/** `lpstat -v` in the C locale: one line a queue. */
export function readQueues(result: SourceResult | undefined): Known<readonly Queue[]> {
  const complained = complaint(result);
  if (complained !== undefined) return complained;
  return mapKnown(textOf(result), (text) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const queues = lines.map(queueOf).filter((queue) => queue !== undefined);
    if (lines.length === 0 || queues.length < lines.length) return unknown('not-understood', 'not a list of printers');
    return queues.length > MOST_QUEUES ? unknown('output-too-large', 'too many printers') : known(queues);
  });
}
