import type { Usage } from '../host/host.ts';
import type { Transport } from './transport.ts';

type Headers = Readonly<Record<string, string | undefined>>;
const sizeOf = (headers: Headers): number =>
  Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + (value ?? '').length, 0);

async function* counting(body: AsyncIterable<Uint8Array>, usage: Pick<Usage, 'network'>) {
  for await (const chunk of body) {
    usage.network({ receivedBytes: chunk.length });
    yield chunk;
  }
}

/**
 * The same transport, with the bytes of what is asked and answered counted, headers included. TLS and TCP add some that
 * are not; a request without an answer counts as sent.
 */
export function countedTransport(transport: Transport, usage: Pick<Usage, 'network'> | undefined): Transport {
  if (usage === undefined) return transport;
  const counted: Transport = {
    async send(request, signal) {
      usage.network({ sentBytes: sizeOf(request.headers) + request.path.length + request.body.length });
      const response = await transport.send(request, signal);
      usage.network({ receivedBytes: sizeOf(response.headers) + response.body.length });
      return response;
    },
    close: () => transport.close(),
  };
  if (transport.stream === undefined) return counted;
  const stream = transport.stream.bind(transport);
  return {
    ...counted,
    async stream(request, signal) {
      usage.network({ sentBytes: sizeOf(request.headers) + request.path.length });
      const response = await stream(request, signal);
      usage.network({ receivedBytes: sizeOf(response.headers) });
      return { ...response, body: counting(response.body, usage) };
    },
  };
}
