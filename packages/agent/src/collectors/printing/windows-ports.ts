import type { Queue } from '@beadle/shared';

/** What is looked at of a queue: never its name or its driver, which anybody may choose. */
export interface Port {
  /** `USB001`, `IP_192.0.2.7`, `WSD-…`, an address, or `\\server\queue`. */
  readonly name: string;
  /** Name or address of the printer on a network, where the port has one. */
  readonly host: string | null;
  /** Of a WSD or IPP port. */
  readonly url: string | null;
}

type Reached = Pick<Queue, 'reach' | 'target' | 'aliases'>;

/**
 * Ports of printers that make a file or a fax: of Windows itself (PDF, XPS, OneNote, fax), and of well-known makers of
 * PDF files.
 */
const FILE =
  /^(portprompt:?|file:|nul:?|shrfax:?|xpsport:?|cpw\d*:?|foxit[^\\]*|pdfcmon:?|pdf-?xchange[^\\]*|bullzip[^\\]*|nitro ?pdf[^\\]*|microsoft\.office\.onenote.*|onenote[^\\]*|[\w ]+\\\*\.pdf|\\\\\.\\pipe\\pdfprint)$/i;
/** A file by its path: its name is nobody's business. */
const PATH = /^([a-z]:\\|[a-z]:\/|%\w+%\\)/i;
const LOCAL = /^(usb\d*:?|vusb.*|usbprint.*|dot4_.*|lpt\d*:?|com\d*:?|irda.*|bth.*|\\\\\.\\.*)$/i;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i;
const PRINTER_URI = /^(https?|ipps?|wsd|socket|lpd):\/\/([^/?#]*)(.*)$/i;
const CONNECTION = /^\\\\([^\\]+)\\(.+)$/;
const MOST = 500;

const reached = (reach: Queue['reach'], target: string, aliases: readonly string[] = []): Reached => {
  const others = [...new Set(aliases.filter((alias) => alias !== '' && alias !== target))];
  return {
    reach,
    target: target.slice(0, MOST),
    ...(others.length === 0 ? {} : { aliases: others.map((alias) => alias.slice(0, MOST)) }),
  };
};

/** Without the name and password that may stand before the host. */
function ofUri(uri: string): Reached | undefined {
  const [, scheme = '', authority = '', rest = ''] = PRINTER_URI.exec(uri) ?? [];
  if (scheme === '') return undefined;
  const at = authority.slice(authority.lastIndexOf('@') + 1);
  const ipp = scheme.toLowerCase().replace(/^http/, 'ipp');
  const host = at.replace(/:\d*$/, '');
  return reached(LOOPBACK.test(host) ? 'local' : 'network', `${scheme}://${at}${rest}`, [`${ipp}://${at}${rest}`]);
}

function ofConnection(path: string): Reached | undefined {
  const [, server] = CONNECTION.exec(path) ?? [];
  return server === undefined ? undefined : reached(LOOPBACK.test(server) ? 'local' : 'network', path);
}

/** The port's name counts beside the host only where it says the same: it is as free as a queue's. */
function ofHost({ name, host }: Port): Reached | undefined {
  if (host === null) return undefined;
  const named = name.toLowerCase().replace(/^ip_/, '').replace(/_\d+$/, '');
  const isHonest = named === host.toLowerCase();
  return reached(LOOPBACK.test(host) ? 'local' : 'network', `socket://${host}`, [host, ...(isHonest ? [name] : [])]);
}

/** By the port alone. What is not known to be nearer is on a network. */
export function reachedBy(port: Port): Reached {
  const { name, url } = port;
  if (FILE.test(name)) return reached('file', name);
  if (LOCAL.test(name)) return reached('local', name);
  if (PATH.test(name)) return reached('file', 'FILE:');
  const uri = ofUri(name) ?? ofConnection(name) ?? ofHost(port) ?? (url === null ? undefined : ofUri(url));
  return uri ?? reached('network', name);
}
