/** In this order: each of the later ones stands in the text of an earlier one too. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/\d.*\bSafari\//, 'Safari'],
];

/** The family of a browser by its `User-Agent`, for people to know their own sessions by: no version and no system is kept. */
export const browserFamily = (userAgent: string | undefined): string | undefined =>
  FAMILIES.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
