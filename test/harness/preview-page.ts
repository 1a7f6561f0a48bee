// A page with a preview, as somebody finds it whose browser remembers to show it.
import type { Browser, Locator } from 'playwright-core'
import { newPerson, type PersonOptions } from './browser.ts'
import { DocumentPage } from './page-object.ts'

export const previewOf = ({ page }: DocumentPage): Locator => page.getByRole('region', { name: 'Preview' })

/** Resolves when the preview is there, not yet what it shows. */
export async function openPreview(
  browser: Browser,
  link: string,
  mode: 'both' | 'read' = 'both',
  options: PersonOptions = {},
): Promise<DocumentPage> {
  const person = await newPerson(browser, options)
  await person.context.addInitScript((kept) => localStorage.setItem('scriptorium.view', kept), JSON.stringify(mode))
  const who = new DocumentPage(person, person.page)
  await person.page.goto(link)
  await previewOf(who).waitFor()
  return who
}
