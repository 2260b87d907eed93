/** One slash and no backslash: two begin another host's address, and browsers read a backslash as a slash. */
const PATH = /^\/(?![/\\])[^\\\p{Cc}]*$/u;

/** Longer ones are nobody's link. */
export const MOST_OF_A_PATH = 2000;

/** A page of this server as it was asked for; undefined where it is anything else. */
export function ownPath(asked: string | undefined): string | undefined {
  if (asked === undefined || asked.length > MOST_OF_A_PATH || !PATH.test(asked)) return undefined;
  const url = URL.parse(asked, 'http://this-server.invalid');
  if (url === null || url.host !== 'this-server.invalid') return undefined;
  // `/.//elsewhere` is a path that becomes an address once its dots are worked out.
  const path = `${url.pathname}${url.search}`;
  return PATH.test(path) ? path : undefined;
}

/** Where somebody goes on who has signed in: the page that they had asked for, or the first. Never to another server. */
export function pathAfterSignIn(asked: string | undefined): string {
  const path = ownPath(asked);
  return path === undefined || /^\/sign-(in|out)\b/.test(path) ? '/' : path;
}

/** The sign-in page for whoever asked for a page without having signed in. */
export function signInFor({ method, url }: { readonly method: string; readonly url: string }): string {
  const next = method === 'GET' ? pathAfterSignIn(url) : '/';
  return next === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ next }).toString()}`;
}
