import { describe, expect, it } from 'vitest';
import { readUsbDisks } from '../../src/sources/macos/usb-media.ts';
import { MACOS_SOURCES } from '../../src/sources/macos.ts';

const source = (id: string) => {
  const found = MACOS_SOURCES.find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};
const masked = (id: string, output: string) => source(id).masked?.(output);
const plist = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">${body}</plist>\n`;
const STICK = `<dict><key>idVendor</key><integer>1921</integer><key>idProduct</key><integer>21889</integer>
  <key>USB Serial Number</key><string>A&amp;B</string><key>USB Product Name</key><string>Stick</string>
  <key>kUSBContainerID</key><data>AAAA</data>
  <key>IORegistryEntryChildren</key><array><dict><key>BSD Name</key><string>disk4</string><key>Whole</key><true/>
  <key>Size</key><integer>1000</integer></dict></array></dict>`;
const KEYBOARD = `<dict><key>idVendor</key><integer>1452</integer><key>idProduct</key><integer>592</integer>
  <key>USB Product Name</key><string>Keyboard of Ann</string></dict>`;

describe('the list of what may be read on macOS', () => {
  it('has each id once, all of macOS, by absolute paths', () => {
    const ids = MACOS_SOURCES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !id.startsWith('macos/'))).toEqual([]);
    expect(MACOS_SOURCES.filter(({ platform }) => platform !== 'darwin')).toEqual([]);
    const files = MACOS_SOURCES.flatMap(({ reads }) => (reads.kind === 'command' ? reads.files : []));
    expect(files.filter((file) => !file.startsWith('/'))).toEqual([]);
  });

  it.each([
    'macos/filevault',
    'macos/apfs',
    'macos/external-disks',
    'macos/usb',
    'macos/printers',
    'macos/os',
    'macos/updates',
    'macos/install-history',
    'macos/firewall',
    'macos/screen-lock',
    'macos/idle',
    'macos/administrators',
  ])('has %s, which recordings of the first form may hold', (id) => {
    expect(source(id).id).toBe(id);
  });
});

describe('a recording of a Mac', () => {
  it('keeps of the USB devices none but disks, and those as they are', () => {
    const output = plist(`<array>${KEYBOARD}${STICK}</array>`);
    const kept = masked('macos/usb-media', output) ?? '';
    expect(kept).not.toMatch(/Ann|kUSB/);
    expect(readUsbDisks(kept)).toEqual(readUsbDisks(output));
    expect(readUsbDisks(kept)).toEqual([
      { name: 'disk4', serial: 'A&B', vendorId: 1921, productId: 21_889, product: 'Stick', bytes: 1000 },
    ]);
  });

  it('keeps nothing of a list of USB devices that is none', () => {
    expect(() => masked('macos/usb-media', 'ioreg: error')).toThrow('not a property list');
  });

  it('does not name the person for whom FileVault was put off', () => {
    const said = "FileVault is Off.\nDeferred enablement appears to be active for user 'dave.o'neil'.\n";
    expect(masked('macos/filevault', said)).toBe(
      "FileVault is Off.\nDeferred enablement appears to be active for user 'user1'.\n",
    );
  });

  it('keeps of what was installed only what Apple has sent', () => {
    const rows = [
      { _name: 'XProtectPlistConfigData', package_source: 'package_source_apple' },
      { _name: 'Somebody’s diary', package_source: 'package_source_other' },
    ];
    const kept = masked('macos/install-history', JSON.stringify({ SPInstallHistoryDataType: rows }));
    expect(JSON.parse(kept ?? '')).toEqual({ SPInstallHistoryDataType: [rows[0]] });
    expect(() => masked('macos/install-history', '[]')).toThrow('not a history');
  });

  it('keeps of the log only what came after the enrolment', () => {
    const line = (timestamp: string) => `${JSON.stringify({ timestamp, eventMessage: 'USBMSC Identifier' })}\n`;
    const [before, after] = [line('2026-11-20 08:59:59.999000+0000'), line('2026-11-20 10:00:00.000001+0100')];
    const since = Date.parse('2026-11-20T08:59:59.999Z');
    expect(source('macos/usb-log').loggedAfter?.(before + after + line('yesterday'), since)).toBe(after);
  });
});
