// A real Chromium for tests, and people in it: each with a browser profile of their own. Whatever a page complains about
// (console errors, uncaught errors, violations of the content security policy) fails the test unless it was allowed.
import process from 'node:process'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { findBrowser } from '../../scripts/browser.mjs'

const launchTimeoutMs = 60_000

/**
 * The browser, headless, with further flags. Throws when there is none: browser tests never skip. Whoever launches it
 * closes it.
 */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const executablePath = await findBrowser()
  if (!executablePath) throw new Error('There is no Chromium. `node scripts/browser.mjs` gets one.')
  return chromium.launch({
    executablePath,
    headless: true,
    timeout: launchTimeoutMs,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...args,
    ],
  })
}

/** What a page complained about. */
export type Problem = { kind: 'console' | 'uncaught' | 'csp' | 'crash'; text: string }

export type PersonOptions = BrowserContextOptions & {
  /** Complaints that this test expects; matched against `Problem.text`. */
  allow?: RegExp[]
  /** Default true: close, and check, when the test is over. False outside of a test (beforeAll): then call close. */
  closeAfterTest?: boolean
}

export type Person = {
  context: BrowserContext
  page: Page
  /** All complaints of all pages of this person so far, allowed ones too. */
  problems: readonly Problem[]
  /** From now on, and for what was seen already. */
  allow(pattern: RegExp): void
  /** Throws when a complaint stands that is not allowed. */
  check(): void
  /** Closes every page of this person, then checks. Calling it again does nothing. */
  close(): Promise<void>
}

/** A person with an empty profile (no storage shared with others) and one blank page. */
export async function newPerson(browser: Browser, options: PersonOptions = {}): Promise<Person> {
  const { allow = [], closeAfterTest = true, ...contextOptions } = options
  const allowed = [...allow]
  // The service worker would fetch the whole page once more for each of them: only tests about it let it in.
  const context = await browser.newContext({ reducedMotion: 'reduce', serviceWorkers: 'block', ...contextOptions })
  const problems = await collectProblems(context)
  let isClosed = false
  const person: Person = {
    context,
    page: await context.newPage(),
    problems,
    allow(pattern) {
      allowed.push(pattern)
    },
    check() {
      const unexpected = problems.filter(({ text }) => !allowed.some((pattern) => pattern.test(text)))
      if (unexpected.length === 0) return
      throw new Error(`The page complained:\n${unexpected.map(({ kind, text }) => `  ${kind}: ${text}`).join('\n')}`)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await context.close()
      person.check()
    },
  }
  if (closeAfterTest) onTestFinished(() => person.close())
  return person
}

async function collectProblems(context: BrowserContext): Promise<Problem[]> {
  const problems: Problem[] = []
  context.on('console', (message) => {
    if (message.type() !== 'error') return
    const { url, lineNumber } = message.location()
    problems.push({ kind: 'console', text: `${message.text()} (${url}:${lineNumber})` })
  })
  context.on('weberror', (webError) => {
    const error = webError.error()
    problems.push({ kind: 'uncaught', text: error.stack ?? error.message })
  })
  context.on('page', (page) => page.on('crash', () => problems.push({ kind: 'crash', text: page.url() })))
  // The console tells of violations too, but not of those in report-only policies.
  await context.exposeFunction('reportCspViolation', (text: string) => problems.push({ kind: 'csp', text }))
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      const where = `${event.sourceFile || event.documentURI}:${event.lineNumber}`
      const report: unknown = Reflect.get(globalThis, 'reportCspViolation')
      if (typeof report === 'function') {
        report(`${event.effectiveDirective} blocked ${event.blockedURI} ${event.sample} (${where})`)
      }
    })
  })
  return problems
}
