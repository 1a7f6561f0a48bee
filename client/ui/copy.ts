// Copying, also on plain http, where browsers give a page no clipboard: then from a selected field, the old way.
import { words } from '../words/words.ts'

/** True when the text is on the clipboard. On false the caller shows the text selected, and says which keys copy it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused (no permission, no focus): the old way may still work.
  }
  return copyFromField(text)
}

function copyFromField(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.style.position = 'fixed'
  field.style.insetBlockStart = '-100px'
  const focused = document.activeElement
  // Inside an open dialog only what is in the dialog can have the focus.
  const host = focused?.closest('dialog, [popover]') ?? document.body
  host.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (focused instanceof HTMLElement) focused.focus()
  }
}

/** Hands the text to the browser as a download. `type`: its media type. */
export function downloadText(text: string, fileName: string, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** A title as a file name that every system takes. */
export const fileNameOf = (title: string, ending = 'txt'): string =>
  `${
    title
      .replace(/[^\p{L}\p{N} _-]+/gu, ' ')
      .replace(/\s+/gu, ' ')
      .trim()
      .slice(0, 60) || words().files.document
  }.${ending}`
