// What is seen beyond the edges of the window.
import type { Page } from 'playwright-core'

/** The beginnings of elements that are seen beyond the sides of the window, and of menus and dialogs that do not fit in. */
export const whatSticksOut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const words = (element: Element) => element.outerHTML.slice(0, 160)
    const found: string[] = []
    const look = (element: Element, left: number, right: number) => {
      const style = getComputedStyle(element)
      if (style.display === 'none' || style.visibility === 'hidden' || style.clipPath !== 'none') return
      const box = element.getBoundingClientRect()
      // What lies above the page is not cut off by what is around it in the document.
      const isFree = style.position === 'fixed'
      const [from, to] = isFree ? [-9e9, 9e9] : [left, right]
      const [seenFrom, seenTo] = [Math.max(box.left, from), Math.min(box.right, to)]
      if (box.height > 0 && seenTo > seenFrom && (seenFrom < -1 || seenTo > innerWidth + 1)) found.push(words(element))
      const isClipping = style.overflowX !== 'visible'
      for (const child of element.children) {
        look(child, isClipping ? Math.max(from, box.left) : from, isClipping ? Math.min(to, box.right) : to)
      }
    }
    look(document.body, -9e9, 9e9)
    for (const card of document.querySelectorAll(':popover-open, dialog[open]')) {
      const { top, bottom } = card.getBoundingClientRect()
      if (top < 0 || bottom > innerHeight) found.push(`too high: ${top} to ${bottom} of ${innerHeight}: ${words(card)}`)
    }
    return found
  })
