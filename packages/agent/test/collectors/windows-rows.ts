/** Rows as Windows' own scripts print them. */

const path = (letter: string) =>
  `\\\\?\\Volume{0000000${letter.charCodeAt(0) % 10}-0000-4000-8000-00000000000${letter.charCodeAt(0) % 7}}\\`;

export const volume = (letter: string, rest: object = {}) => ({
  DriveLetter: letter,
  DeviceID: path(letter),
  VolumeType: 0,
  Protection: 1,
  Conversion: 1,
  Pct: 100,
  Method: 7,
  Lock: 0,
  ...rest,
});

export const disk = (number: number, rest: object = {}) => ({
  Number: number,
  FriendlyName: 'Invented Disk',
  Manufacturer: 'Invented',
  Model: 'Disk',
  SerialNumber: `INV${number}`,
  BusType: 17,
  Size: 1_000_000,
  IsBoot: false,
  IsSystem: false,
  DriveLetters: [],
  VolumePaths: [],
  PNPDeviceID: null,
  ParentId: null,
  ...rest,
});

export const SYSTEM_DISK = disk(0, { IsBoot: true, IsSystem: true, DriveLetters: ['C:'] });

export const printer = (name: string, port: string | null, rest: object = {}) => ({
  Name: name,
  DriverName: 'Invented Driver',
  PortName: port,
  Shared: false,
  Network: false,
  ServerName: null,
  ShareName: null,
  PrinterHostAddress: null,
  Url: null,
  ...rest,
});

type Values = Readonly<Record<string, string | number>>;

const event = (id: number, record: number, at: string, body: string) =>
  `<Event><System><EventID>${id}</EventID><TimeCreated SystemTime="${at}"/><EventRecordID>${record}</EventRecordID></System>${body}</Event>`;

const escaped = (value: string | number) => String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Event 1006 of the log of disks, a minute after the other. */
export const diskEvent = (record: number, values: Values = {}) => {
  const all = {
    DiskNumber: 1,
    BusType: 7,
    Capacity: 1000,
    PartitionCount: 1,
    Manufacturer: 'Invented',
    Model: 'Stick',
    SerialNumber: 'INV1',
    ParentId: 'USB\\VID_1209&PID_0001\\INV1',
    ...values,
  };
  const data = Object.entries(all).map(([name, value]) => `<Data Name="${name}">${escaped(value)}</Data>`);
  return event(1006, record, timeOf(record), `<EventData>${data.join('')}</EventData>`);
};

/** Event 307 of the log of printing. */
export const printEvent = (record: number, values: Values = {}) => {
  const all = { Param1: record, Param5: 'Home', Param6: 'USB001', Param7: 1024, Param8: 2, ...values };
  const data = Object.entries(all).map(([name, value]) => `<${name}>${escaped(value)}</${name}>`);
  return event(307, record, timeOf(record), `<UserData><DocumentPrinted>${data.join('')}</DocumentPrinted></UserData>`);
};

export const timeOf = (record: number) =>
  new Date(Date.UTC(2026, 10, 19, 10, record)).toISOString().replace('Z', '1234Z');
export const events = (...all: readonly string[]) => `<Events>${all.join('')}</Events>`;

type Extent = readonly [enabled: boolean | null, oldest: number | null, newest: number | null];
export const logs = (disks: Extent, printing: Extent) =>
  [
    ['Microsoft-Windows-Partition/Diagnostic', ...disks],
    ['Microsoft-Windows-PrintService/Operational', ...printing],
  ].map(([Log, Enabled, Oldest, Newest]) => ({ Log, Enabled, Oldest, Newest }));
