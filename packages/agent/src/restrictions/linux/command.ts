import type { Act, CommandAct } from '../../host/act.ts';

interface Declared extends Omit<Act, 'id' | 'platform' | 'does' | 'timeLimitMs' | 'outputLimitBytes'> {
  readonly name: string;
  readonly files: readonly string[];
  readonly args: CommandAct['args'];
  readonly input?: string;
}

/** An act of Linux that is one program. */
export function command({ name, files, args, input, ...rest }: Declared): Act {
  const does: CommandAct = { kind: 'command', files, args, ...(input === undefined ? {} : { input }) };
  return { id: `linux/${name}`, platform: 'linux', does, timeLimitMs: 30_000, outputLimitBytes: 1_048_576, ...rest };
}
