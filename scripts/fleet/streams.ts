import type { StreamResponse, Transport } from '../../packages/agent/src/uplink/transport.ts';

/** What came of the streams of orders of one device, or of many. */
export interface Streamed {
  /** Streams that the server began. */
  readonly opened: number;
  /** Those that ended while their device listened. */
  readonly cut: number;
  /** The longest that a device was without one after it had one, in milliseconds. */
  readonly longestAwayMs: number;
}

export const NOT_STREAMED: Streamed = { opened: 0, cut: 0, longestAwayMs: 0 };

export const together = (all: readonly Streamed[]): Streamed => ({
  opened: all.reduce((sum, { opened }) => sum + opened, 0),
  cut: all.reduce((sum, { cut }) => sum + cut, 0),
  longestAwayMs: Math.round(Math.max(0, ...all.map(({ longestAwayMs }) => longestAwayMs))),
});

async function* until(body: AsyncIterable<Uint8Array>, ended: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    ended();
  }
}

/** A device's streams as it sees them, through `inner`; `told` may be asked at any time. */
export function watchStreams(inner: Transport) {
  let [opened, cut, longestAwayMs] = [0, 0, 0];
  let awayFrom: number | undefined;
  const noteAway = () => {
    if (awayFrom !== undefined) longestAwayMs = Math.max(longestAwayMs, performance.now() - awayFrom);
  };
  const begun = () => {
    opened += 1;
    noteAway();
    awayFrom = undefined;
  };
  const ended = (signal: AbortSignal) => () => {
    if (signal.aborted) return;
    cut += 1;
    awayFrom = performance.now();
  };
  const stream: NonNullable<Transport['stream']> = async (request, signal): Promise<StreamResponse> => {
    if (inner.stream === undefined) throw new Error('this transport has no streams');
    const response = await inner.stream(request, signal);
    if (response.status !== 200) return response;
    begun();
    return { ...response, body: until(response.body, ended(signal)) };
  };
  const told = (): Streamed => {
    noteAway();
    return { opened, cut, longestAwayMs };
  };
  return { stream, told };
}
