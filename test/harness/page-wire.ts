// What stands between one person's pages and the server: a test can cut it, hold what comes, or put other words into it.
import type { BrowserContext, WebSocketRoute } from 'playwright-core'

export class PageWire {
  /** What a text frame of the server becomes on its way to the page. */
  change: (frame: string) => string = (frame) => frame
  private isCut = false
  private isHeld = false
  private readonly open = new Set<WebSocketRoute>()

  /** For all pages of this context; before the first is opened. */
  static async between(context: BrowserContext): Promise<PageWire> {
    const wire = new PageWire()
    await context.routeWebSocket(/socket\.io/, (page) => wire.connect(page))
    await context.route(/\/socket\.io\//, (route) => (wire.isCut ? route.abort() : route.continue()))
    return wire
  }

  /** Nothing goes through from now on, in a way that the page notices. */
  cut(): void {
    this.isCut = true
    for (const page of this.open) void page.close()
    this.open.clear()
  }

  /** What the server says is lost from now on, and the page is not told. */
  hold(): void {
    this.isHeld = true
  }

  mend(): void {
    this.isCut = false
    this.isHeld = false
  }

  /** Says this to the pages, as if the server had. */
  tell(frame: string): void {
    for (const page of this.open) page.send(frame)
  }

  private connect(page: WebSocketRoute): void {
    if (this.isCut) return void page.close()
    const server = page.connectToServer()
    this.open.add(page)
    page.onMessage((message) => server.send(message))
    server.onMessage((message) => {
      if (!this.isHeld) page.send(typeof message === 'string' ? this.change(message) : message)
    })
    page.onClose(() => {
      this.open.delete(page)
      void server.close()
    })
  }
}
