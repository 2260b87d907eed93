import type { Source } from '../source.ts';
import { RECORD_ID } from './event-logs.ts';
import { eventsAfter, fields, maskPrintEvents, maskPrinters, only } from './masks.ts';
import { windowsSource } from './powershell.ts';

/**
 * JSON array, a row for each queue of this device and each connection of whoever is signed in (read from their own
 * hives): `Name`, `DriverName`, `PortName`, `Shared` and `Network` (booleans or null), `ServerName` (`\\server`),
 * `ShareName`, `PrinterHostAddress` (name or address of a TCP/IP port), `Url` (of a WSD or IPP port). Absent is null.
 *
 * `PortName` of a connection is its `\\server\queue`, and its driver is null. A port that is the path of a file is
 * told as `FILE:`, and never by its path. An empty array says that there are none.
 * https://learn.microsoft.com/windows/win32/cimwin32prov/win32-printer
 */
export const printers: Source = windowsSource({
  name: 'printers',
  what: 'Win32_Printer, MSFT_PrinterPort and the printer connections of who is signed in',
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Lists the printers that are set up, and whether each is the council’s, at home, or a file.',
  masked: maskPrinters,
});

/** JSON `{Enabled}`: whether Windows keeps a log of what was printed, which it does not unless told to. A boolean. */
export const printLog: Source = windowsSource({
  name: 'print-log',
  what: 'whether Microsoft-Windows-PrintService/Operational is kept',
  privilege: 'root',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Says whether Windows tells of finished print jobs at all.',
  masked: only(fields('Enabled')),
});

/**
 * XML, oldest first, at most 2,000 events with a record id above the parameter (without one: the newest 2,000):
 *
 * `<Events><Event><System><EventID>307</EventID><TimeCreated SystemTime="2026-06-04T08:32:00.1234567Z"/>
 * <EventRecordID>77</EventRecordID></System><UserData><DocumentPrinted><Param1>5</Param1><Param5>Office</Param5>
 * <Param6>WSD-1</Param6><Param7>1024</Param7><Param8>2</Param8></DocumentPrinted></UserData></Event></Events>`
 *
 * Param1 is the job's number, 5 the printer, 6 the port (`FILE:` where it was the path of a file), 7 bytes, 8 pages (0
 * from some drivers). The document (2), its owner (3) and their computer (4) are dropped at the source. A log that has
 * begun again below the parameter is read from its start. `<Events/>` where nothing came since; that the log is not
 * kept is told by `windows/print-log` and `windows/event-logs` alone.
 */
export const printEvents: Source = windowsSource({
  name: 'print-events',
  what: 'Microsoft-Windows-PrintService/Operational, event 307: job, printer, port, bytes and pages',
  parameter: RECORD_ID,
  privilege: 'root',
  timeLimitMs: 60_000,
  outputLimitBytes: 8_388_608,
  why: 'Shows that something was printed, where and how many pages. The document and who printed it are left out.',
  masked: maskPrintEvents,
  loggedAfter: eventsAfter,
});
