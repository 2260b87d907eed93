/** One line of `log show --style ndjson`. */
export interface UsbMessage {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** `2026-11-22 10:00:00.123456+0000`, as the log writes it; undefined for anything else. */
function timeOf(stamp: unknown): number | undefined {
  const parts = typeof stamp === 'string' ? /^(\S{10}) (\d\d:\d\d:\d\d\.\d{3})\d*([+-]\d\d)(\d\d)$/.exec(stamp) : null;
  if (parts === null) return undefined;
  const at = Date.parse(`${parts[1]}T${parts[2]}${parts[3]}:${parts[4]}`);
  return Number.isNaN(at) ? undefined : at;
}

export function usbMessageOf(line: string): UsbMessage | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('timestamp' in entry) || !('eventMessage' in entry))
      return undefined;
    const at = timeOf(entry.timestamp);
    return at === undefined || typeof entry.eventMessage !== 'string' ? undefined : { at, text: entry.eventMessage };
  } catch {
    return undefined;
  }
}

/** The lines after `since`, in milliseconds since the epoch. */
export const loggedFrom = (output: string, since: number): string =>
  output
    .split('\n')
    .filter((line) => (usbMessageOf(line)?.at ?? Number.NEGATIVE_INFINITY) > since)
    .map((line) => `${line}\n`)
    .join('');
