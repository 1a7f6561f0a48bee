// The built page: its HTML with a fresh nonce for every answer, its assets as they are, compressed when it was built.
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import express, { type RequestHandler, type Router } from 'express'
import sirv from 'sirv'

const noncePlaceholder = /__NONCE__/g

/**
 * `isAlone`: nobody else answers other addresses. Throws when the page was not built: a server without its page is no
 * server.
 */
export function pageRoutes(pageDir: string, isAlone: boolean): Router {
  const html = readFileSync(join(pageDir, 'index.html'), 'utf8')
  const router = express.Router()
  // Names under assets/ contain a hash of their content, so they may be kept for ever.
  router.use(
    '/assets',
    sirv(join(pageDir, 'assets'), { immutable: true, maxAge: 31_536_000, brotli: true, gzip: true, etag: true }),
    (_request, response) => void response.status(404).type('text').send('Not found'),
  )
  const page: RequestHandler = (_request, response) => {
    response.type('html').set('Cache-Control', 'no-store').send(html.replace(noncePlaceholder, response.locals.nonce))
  }
  router.get(['/', '/index.html', '/d/:id'], page)
  // The others keep their names from build to build, above all the service worker: each use asks whether it is still the same.
  const asksAgain = (response: ServerResponse) => void response.setHeader('Cache-Control', 'no-cache')
  router.use(sirv(pageDir, { brotli: true, gzip: true, etag: true, extensions: [], setHeaders: asksAgain }))
  if (!isAlone) return router
  // An address that leads nowhere: a person gets a page that says so, a program what the API says.
  router.get(/.*/, (request, response, next) => {
    if (request.accepts(['json', 'html']) === 'html') page(request, response.status(404), next)
    else next()
  })
  return router
}
