import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { AppDeps } from '../app.ts';
import { guardAccess } from './access.ts';
import { PRESSURE, serverOptions } from './connections.ts';
import { hideFields } from './fields.ts';
import { limitRates } from './limits.ts';
import { answerMalformed, refuseConnection } from './malformed.ts';
import { serializerCompiler } from './serialisation.ts';
import { validatorCompiler } from './validation.ts';

/** Without a route yet. */
export function createFastify({ settings, random, log }: AppDeps): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => Buffer.from(random.bytes(8)).toString('hex'),
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    bodyLimit: 1024 * 1024,
    // A machine that is busy elsewhere starts slowly; a start that gives up would only begin again.
    pluginTimeout: 60_000,
    ...serverOptions(settings.limits),
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: true,
    frameworkErrors: answerMalformed,
    clientErrorHandler: refuseConnection,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = settings.limits.connections;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Of the types that another site's form may send without asking, only the console's own forms are read.
  app.removeContentTypeParser('text/plain');
  return app as unknown as FastifyInstance;
}

/** What stands before every route, in its order. */
export async function protect(app: FastifyInstance, { database, settings, keys, clock }: AppDeps): Promise<void> {
  const secure = settings.origin.startsWith('https:');
  await app.register(underPressure, PRESSURE);
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: 256 * 1024 });
  await app.register(helmet, {
    enableCSPNonces: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'same-origin' },
  });
  hideFields(app);
  guardAccess(app, { db: database.db, clock, settings, secret: keys.tokenKey });
  await limitRates(app);
}
