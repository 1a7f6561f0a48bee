// What a file of browser tests stands on: one browser and one server with the page, for all its tests.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import type { ScriptoriumOptions } from '../../server/server.ts'
import { launchBrowser } from './browser.ts'
import { startServer, type TestServer } from './server.ts'

export type BrowserSuite = {
  readonly browser: Browser
  readonly server: TestServer
  readonly url: string
}

/** `args`: further flags of the browser. Call at the top of a file; what it returns is filled in before the first test. */
export function browserSuite(options: { args?: string[]; server?: Partial<ScriptoriumOptions> } = {}): BrowserSuite {
  let browser: Browser | undefined
  let server: TestServer | undefined
  beforeAll(async () => {
    browser = await launchBrowser(options.args)
    server = await startServer({ withoutPage: false, ...options.server })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  const there = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the suite has not begun')
    return part
  }
  return {
    get browser() {
      return there(browser)
    },
    get server() {
      return there(server)
    },
    get url() {
      return there(server).url
    },
  }
}
