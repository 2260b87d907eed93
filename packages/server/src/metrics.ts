import { Counter, Histogram, Registry } from 'prom-client';

/** What ingest refuses a request for. */
export type IngestRefusal = 'signature' | 'replayed' | 'form' | 'head' | 'too-large' | 'protocol' | 'other';

/** Counted while the server works; the counts of rows are read when `/metrics` is asked for. */
export interface Metrics {
  readonly registry: Registry;
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly batches: Counter;
  readonly findings: Counter;
  /** Findings that the server had already: a device that sent them again. */
  readonly repeats: Counter;
  readonly refused: Counter<'reason'>;
  readonly signInsRefused: Counter;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  return {
    registry,
    requestSeconds: new Histogram({
      name: 'beadle_request_seconds',
      help: 'How long requests took, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    batches: counter('beadle_batches_total', 'Check-ins that were accepted'),
    findings: counter('beadle_findings_total', 'Findings that were accepted'),
    repeats: counter('beadle_findings_repeated_total', 'Findings that were sent again and were there already'),
    refused: new Counter({
      name: 'beadle_check_ins_refused_total',
      help: 'Check-ins that were refused',
      labelNames: ['reason'],
      registers,
    }),
    signInsRefused: counter('beadle_sign_ins_refused_total', 'Sign-ins to the console that were refused'),
  };
}
