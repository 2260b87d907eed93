import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';

/** Listens on a free port of the loopback address; gives the port. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Proxy {
  readonly url: string;
  /** The addresses that it was asked to connect to. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A proxy as councils have them: it passes on what CONNECT asks for (RFC 9110, 9.3.6) and sees nothing of it, and plain requests. */
export async function startProxy(): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => sockets.add(socket.on('error', () => socket.destroy()));
  const server = createServer((asking, response) => {
    const { method, url = '', headers } = asking;
    if (!url.startsWith('http://')) return response.writeHead(405).end();
    asked.push(new URL(url).host);
    const onward = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    return asking.pipe(onward);
  });
  server.on('connect', (asking, client: Socket) => {
    asked.push(asking.url ?? '');
    const { hostname, port } = new URL(`http://${asking.url}`);
    const target = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client);
      client.pipe(target);
    });
    keep(client);
    keep(target);
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
