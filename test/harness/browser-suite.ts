// What a file of browser tests stands on: one browser and one server with the page, for all its tests.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, onTestFailed, onTestFinished } from 'vitest'
import type { ScriptoriumOptions } from '../../server/server.ts'
import { launchBrowser, newPerson } from './browser.ts'
import { DocumentPage, type PagesOf } from './page-object.ts'
import { startServer, type TestServer } from './server.ts'

export type BrowserSuite = {
  readonly browser: Browser
  readonly server: TestServer
  readonly url: string
  /**
   * The suite's regulars open a link each. They stay from test to test, with their names and what their browsers keep:
   * a new profile takes two seconds, another document a quarter of one. For tests that close, break or count nobody.
   */
  meet<const Links extends readonly [string, ...string[]]>(...links: Links): Promise<PagesOf<Links>>
}

/** `args`: further flags of the browser. Call at the top of a file; what it returns is filled in before the first test. */
export function browserSuite(options: { args?: string[]; server?: Partial<ScriptoriumOptions> } = {}): BrowserSuite {
  let browser: Browser | undefined
  let server: TestServer | undefined
  let regulars: DocumentPage[] = []

  async function regular(index: number): Promise<DocumentPage> {
    const person = await newPerson(there(browser), { closeAfterTest: false })
    const page = new DocumentPage(person, person.page)
    regulars[index] = page
    return page
  }

  async function meet(...links: string[]): Promise<DocumentPage[]> {
    // Before anybody is checked: whoever complained, or was in a test that failed, is not met again.
    const leaveOut = () => {
      regulars = []
    }
    onTestFailed(leaveOut)
    const pages = await Promise.all(links.map((_link, i) => regulars[i] ?? regular(i)))
    onTestFinished(() => {
      try {
        for (const { person } of pages) person.check()
      } catch (error) {
        leaveOut()
        throw error
      }
    })
    await Promise.all(pages.map((page, i) => page.goto(links[i]!)))
    return pages
  }

  beforeAll(async () => {
    browser = await launchBrowser(options.args)
    server = await startServer({ withoutPage: false, ...options.server })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  return {
    meet: meet as BrowserSuite['meet'],
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

function there<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the suite has not begun')
  return part
}
