// Has the browser keep the page, where it lets a page ask for that: over HTTPS and on localhost. Elsewhere there is no
// `serviceWorker`, and the page needs a network to open, as ever.

/** Also asks for a newer build of it. */
export function keepPageOffline(): void {
  const { serviceWorker } = navigator as Partial<Navigator>
  if (import.meta.env.PROD && serviceWorker !== undefined) void keep(serviceWorker)
}

async function keep(serviceWorker: ServiceWorkerContainer): Promise<void> {
  try {
    await serviceWorker.register('/worker.js')
    const { active } = await serviceWorker.ready
    // What was loaded before there was a worker to see it.
    active?.postMessage(loadedPaths())
  } catch {
    // The person's browser keeps nothing for this site: the page is as good without.
  }
}

const loadedPaths = (): string[] =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin }) => origin === location.origin)
    .map(({ pathname }) => pathname)
