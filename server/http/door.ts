// The HTTP door: headers, health, metrics, the API and the page. Errors of all of them leave here in one form.
import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import helmet from 'helmet'
import { AppError, toAppError } from '../../shared/errors.ts'
import { addressOf, isOriginAllowed } from '../addresses.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { type ApiTools, apiRoutes } from './api.ts'
import { pageRoutes } from './page.ts'

export type HttpTools = Pick<ApiTools, 'documents' | 'share' | 'deletion' | 'wrongKeys' | 'isDraining'> & {
  metrics: Metrics
  log: Logger
  isDegraded(): boolean
  /** Where the built page lies; `undefined`: API only. */
  pageDir: string | undefined
  /** Answers what is not ours, when the HTTP server belongs to somebody else. */
  otherwise: RequestListener | undefined
}

type Options = { publicUrl: string | undefined; allowedOrigins: readonly string[]; trustedProxies: number }

/** A handler for an http.Server. */
export function createHttpDoor(options: Options, tools: HttpTools): RequestListener {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', options.trustedProxies)
  app.set('etag', false)
  app.use(nonce, headers())
  app.get('/healthz', (_request, response) => {
    const status = tools.isDraining() ? 'draining' : tools.isDegraded() ? 'degraded' : 'ok'
    response
      .status(status === 'ok' ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status })
  })
  app.get('/metrics', async (_request, response) => {
    const { contentType, body } = await tools.metrics.text()
    response.set('Content-Type', contentType).set('Cache-Control', 'no-store').send(body)
  })
  app.use(
    '/api',
    apiRoutes({
      ...tools,
      allowedOrigins: options.allowedOrigins,
      addressOf: (request) => addressOf(request, options.trustedProxies),
      isOriginAllowed: (request) => isOriginAllowed(request, options),
      baseUrl: (request) => options.publicUrl ?? `${request.protocol}://${request.host}`,
    }),
  )
  if (tools.pageDir !== undefined) app.use(pageRoutes(tools.pageDir, tools.otherwise === undefined))
  app.use((request, response) => {
    if (tools.otherwise !== undefined) return tools.otherwise(request, response)
    throw new AppError('not-found', 'There is nothing at this address.')
  })
  app.use(errors(tools.log))
  return app
}

const nonce: RequestHandler = (_request, response, next) => {
  response.locals.nonce = randomBytes(16).toString('base64')
  next()
}

/** Nothing from elsewhere, no inline script; styles inline only with this answer's nonce (CodeMirror needs that). */
function headers(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: [
          "'self'",
          (_request, response) => `'nonce-${(response as { locals?: { nonce: string } }).locals?.nonce}'`,
        ],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Served over plain http in a local network, where these would only make browsers complain.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  })
}

/** `{"error": {code, message}}` with the status of the code. What went wrong inside stays in the log. */
function errors(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error)
    const refusal = fromExpress(error)
    if (refusal.status >= 500 && !refusal.retry) log.error({ path: request.path, err: error }, 'a request failed')
    if (refusal.code === 'internal')
      log.error({ path: request.path, err: refusal.cause ?? refusal }, 'a request failed')
    if (refusal.retryAfterMs !== undefined) response.set('Retry-After', String(Math.ceil(refusal.retryAfterMs / 1000)))
    const { code, message } = refusal
    response.status(refusal.status).set('Cache-Control', 'no-store').json({ error: { code, message } })
  }
}

/** Express and its body parser throw errors with a status. */
function fromExpress(error: unknown): AppError {
  const status = (error as { status?: unknown } | null)?.status
  if (error instanceof AppError || typeof status !== 'number') return toAppError(error)
  if (status === 413) return new AppError('too-large', 'That is more than the server takes at once.', { cause: error })
  if (status >= 400 && status < 500) return new AppError('bad-request', 'The request is malformed.', { cause: error })
  return toAppError(error)
}
