// Has the browser keep the page, where it lets a page ask for that: over HTTPS and on localhost. Elsewhere there is no
// `serviceWorker`, and the page needs a network to open, as ever.

/** Once the page is there and has nothing else to do. */
export function keepPageOffline(): void {
  const { serviceWorker } = navigator as Partial<Navigator>
  if (!import.meta.env.PROD || serviceWorker === undefined) return
  const start = () => void keep(serviceWorker)
  if (document.readyState === 'complete') start()
  else addEventListener('load', start, { once: true })
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
