import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildFolder, govukFolder, readStylesheet } from './stylesheet.ts';

/** One file that a page names, under an address that changes with its content. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

export interface Assets {
  readonly stylesheet: Asset;
  readonly script: Asset;
  readonly icon: Asset;
  readonly maskIcon: Asset;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function asset(name: string, body: string): Asset {
  const ending = extname(name);
  const version = hash('sha256', body, 'hex').slice(0, 16);
  return { path: `/assets/${basename(name, ending)}.${version}${ending}`, type: TYPES[ending] ?? 'text/plain', body };
}

const own = (name: string) => readFile(join(import.meta.dirname, 'assets', name), 'utf8');

/** Reads what pages need beside themselves, once. `folder` keeps the compiled CSS between starts. */
export async function loadAssets({
  folder = buildFolder,
  warn,
}: {
  readonly folder?: string | undefined;
  readonly warn: (cause: unknown) => void;
}): Promise<Assets> {
  const [css, js, icon, maskIcon] = await Promise.all([
    readStylesheet({ folder, warn }),
    readFile(join(govukFolder, 'dist/govuk/govuk-frontend.min.js'), 'utf8'),
    own('favicon.svg'),
    own('mask-icon.svg'),
  ]);
  return {
    stylesheet: asset('console.css', css),
    script: asset('govuk-frontend.js', js.replace(/\n\/\/# sourceMappingURL=.*$/m, '')),
    icon: asset('favicon.svg', icon),
    maskIcon: asset('mask-icon.svg', maskIcon),
  };
}

export function serveAssets(app: FastifyInstance, assets: Assets): void {
  for (const { path, type, body } of Object.values(assets)) {
    app.get(path, { schema: { hide: true }, config: { access: 'public' } }, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=31536000, immutable').type(type).send(body),
    );
  }
}
