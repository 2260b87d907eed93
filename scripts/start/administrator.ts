import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, Refused } from './client.ts';
import { run } from './processes.ts';
import { SERVER } from './programs.ts';

/** The token that the last run left, where it is still good, else a new one; kept with mode 0600. */
export async function administrator(
  { data, name }: { readonly data: string; readonly name: string },
  origin: string,
  env: Readonly<Record<string, string>>,
): Promise<Client> {
  const file = join(data, 'admin-token');
  if (existsSync(file)) {
    const client = createClient(origin, readFileSync(file, 'utf8').trim());
    const good = await client.call('GET', '/api/v1/organisation').then(
      () => true,
      (error: unknown) => !(error instanceof Refused && error.status === 401),
    );
    if (good) return client;
  }
  const token = await run({ args: [SERVER, 'token', 'create', '--role', 'administrator', '--name', name], env });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return createClient(origin, token);
}

/** Where whoever runs this signs in, once. */
export async function signInAddress(client: Client, origin: string): Promise<string> {
  const { code } = await client.call<{ code: string }>('POST', '/api/v1/sign-in-codes', {
    name: userInfo().username,
    role: 'administrator',
  });
  return `${origin}/sign-in/${code}`;
}
