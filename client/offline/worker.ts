// The service worker: ties the browser's events to the shell. It never skips its turn: pages of an older build keep the
// worker, and with it the parts, that they came with, until the last of them is closed.
import { type Build, OfflineShell } from './shell.ts'

/** Put in by scripts/offline-worker.mjs. */
declare const __BUILD__: Build

type LastingEvent = Event & { waitUntil(work: Promise<unknown>): void }
type FetchEvent = LastingEvent & { request: Request; respondWith(answer: Promise<Response>): void }
type Scope = {
  clients: { claim(): Promise<void> }
  addEventListener(name: 'install' | 'activate', listen: (event: LastingEvent) => void): void
  addEventListener(name: 'fetch', listen: (event: FetchEvent) => void): void
  addEventListener(name: 'message', listen: (event: LastingEvent & { data: unknown }) => void): void
}

const scope = self as unknown as Scope
const shell = new OfflineShell(__BUILD__, {
  origin: location.origin,
  caches,
  fetch: (request, init) => fetch(request, init),
  after: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now: () => Date.now(),
})

scope.addEventListener('install', (event) => event.waitUntil(shell.install()))
scope.addEventListener('activate', (event) =>
  // The page that was there first, too, or what it loads next would not be kept.
  event.waitUntil(shell.removeOlder().then(() => scope.clients.claim())),
)
scope.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request, (work) => event.waitUntil(work))
  if (answer !== undefined) event.respondWith(answer)
})
scope.addEventListener('message', (event) => event.waitUntil(shell.keep(event.data).catch(() => undefined)))
