import { UsageError } from '../errors.ts';
import { type Command, DATA_OPTION, dataFolder, readOptions, say } from './command.ts';
import { enrolThisDevice } from './enrol-device.ts';

export const enrol: Command = {
  name: 'enrol',
  summary: 'makes the device key, enrols with a token from ICT, pins the server key',
  synopsis: '--server URL --token TOKEN [--data DIR] [--allow-plain-http]',
  details: [
    'URL is the origin of the server, such as https://beadle.council.gov.uk.',
    'TOKEN is single-use; - reads it from standard input, so that it is in no list of processes.',
    '--allow-plain-http accepts an http:// server that is not on this machine, for test benches.',
  ],
  async run(args) {
    const options = {
      ...DATA_OPTION,
      server: { type: 'string' },
      token: { type: 'string' },
      'allow-plain-http': { type: 'boolean' },
    } as const;
    const { values } = readOptions(args, options);
    if (values.server === undefined)
      throw new UsageError('--server URL is missing: the address of the council server.');
    if (values.token === undefined) throw new UsageError('--token TOKEN is missing: ask ICT for one.');
    const { refuseUnsafeServer } = await import('../uplink/enrol.ts');
    const url = refuseUnsafeServer(values.server, values['allow-plain-http'] ?? false);
    const token = values.token === '-' ? (await import('node:fs')).readFileSync(0, 'utf8').trim() : values.token;
    say(await enrolThisDevice(dataFolder(values), url.origin, token));
    return 0;
  },
};
