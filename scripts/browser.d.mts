/** The path of a Chromium that starts, or `undefined`. Throws when `$BROWSER` names a Chromium that is not there. */
export function findBrowser(): Promise<string | undefined>
