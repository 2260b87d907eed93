import { readPlist } from './plist.ts';

/** A disk that the system has made of a USB device, with what the device says of itself. */
export interface UsbDisk {
  /** Such as `disk4`. */
  readonly name: string;
  readonly serial: string | null;
  readonly vendorId: number | null;
  readonly productId: number | null;
  readonly product: string | null;
  readonly bytes: number | null;
}

type Node = Readonly<Record<string, unknown>>;
type Device = Omit<UsbDisk, 'name' | 'bytes'>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
/** Deeper than any hub on a hub may hang. */
const DEEPEST = 64;

const deviceOf = (node: Node, above: Device | undefined): Device | undefined =>
  typeof node.idVendor !== 'number'
    ? above
    : {
        serial: text(node['USB Serial Number'] ?? node.kUSBSerialNumberString),
        vendorId: number(node.idVendor),
        productId: number(node.idProduct),
        product: text(node['USB Product Name'] ?? node.kUSBProductString),
      };

/** Each medium belongs to the nearest device above it: a hub lists its sticks, and each stick is listed again alone. */
function disksBelow(node: unknown, above: Device | undefined, depth: number): UsbDisk[] {
  if (!isNode(node) || depth > DEEPEST) return [];
  const device = deviceOf(node, above);
  const name = text(node['BSD Name']);
  const isDisk = node.Whole === true && name !== null && device !== undefined;
  const here = isDisk ? [{ ...device, name, bytes: number(node.Size) }] : [];
  const children = node.IORegistryEntryChildren;
  return [...here, ...(Array.isArray(children) ? children.flatMap((one) => disksBelow(one, device, depth + 1)) : [])];
}

/** `ioreg -r -c IOUSBHostDevice -l -a`: nothing at all is printed where no device is attached. Throws on other text. */
export function readUsbDisks(output: string): readonly UsbDisk[] {
  if (output.trim() === '') return [];
  const roots = readPlist(output);
  if (!Array.isArray(roots)) throw new Error('not a list of devices');
  return [
    ...new Map(roots.flatMap((root) => disksBelow(root, undefined, 0)).map((disk) => [disk.name, disk])).values(),
  ];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const string = (key: string, value: string | null) =>
  value === null ? '' : `<key>${key}</key><string>${value.replaceAll(/[&<>]/g, (one) => ESCAPES[one] ?? '')}</string>`;
const integer = (key: string, value: number | null) =>
  value === null ? '' : `<key>${key}</key><integer>${value}</integer>`;

const written = ({ name, serial, vendorId, productId, product, bytes }: UsbDisk): string =>
  `<dict>${integer('idVendor', vendorId)}${integer('idProduct', productId)}${string('USB Serial Number', serial)}` +
  `${string('USB Product Name', product)}<key>IORegistryEntryChildren</key><array><dict>` +
  `${string('BSD Name', name)}<key>Whole</key><true/>${integer('Size', bytes)}</dict></array></dict>`;

/** The same list with nothing but disks: keyboards and telephones are nobody's business. */
export const mediaOnly = (output: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<array>\n${readUsbDisks(output).map(written).join('\n')}\n</array>\n</plist>\n`;
