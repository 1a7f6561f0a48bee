// The frames that a page draws: to wait for some, or to make it draw none for a while.
import type { Page } from 'playwright-core'

/** Resolves when the page has drawn so many more frames. */
export const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (; left > 0; left--) await new Promise(requestAnimationFrame)
  }, count)

/** From now on nothing that the page wants done before its next frame is done, until the returned function is called. */
export async function holdFrames(page: Page): Promise<() => Promise<void>> {
  const held = await page.evaluateHandle(() => {
    const wanted = new Map<number, FrameRequestCallback>()
    const { requestAnimationFrame: request, cancelAnimationFrame: cancel } = window
    // No frame of the browser's own gets as high a number.
    let last = 2 ** 30
    window.requestAnimationFrame = (callback) => {
      wanted.set(++last, callback)
      return last
    }
    window.cancelAnimationFrame = (id) => {
      if (!wanted.delete(id)) cancel(id)
    }
    return () => {
      Object.assign(window, { requestAnimationFrame: request, cancelAnimationFrame: cancel })
      for (const callback of wanted.values()) request(callback)
    }
  })
  return () => held.evaluate((release) => release())
}
