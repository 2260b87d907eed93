import { faultOf, FAULTS, UsageError } from '../errors.ts';

/** Codes of Node and undici that mean that nobody answered, or nobody who can be trusted. */
const NETWORK =
  /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE|UND_ERR_|CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

/** In words what kept a command from its work; undefined where it is a bug, whose stack is wanted. */
export function explain(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  const fault = faultOf(error);
  if (fault !== undefined) return `${FAULTS[fault]}${error instanceof Error ? ` (${error.message})` : ''}`;
  const isOfNetwork = error instanceof Error && (error.name === 'TimeoutError' || NETWORK.test(codeOf(error)));
  return isOfNetwork
    ? `The server does not answer: ${error.message}. Check the address and the network, then try again.`
    : undefined;
}
