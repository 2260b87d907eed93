import { destination, pino } from 'pino';

/** The agent's log: JSON lines on standard error, written at once. */
export const createLog = () =>
  pino({ level: process.env['BEADLE_AGENT_LOG_LEVEL'] ?? 'info', base: null }, destination({ fd: 2, sync: true }));
