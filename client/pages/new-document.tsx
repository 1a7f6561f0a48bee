// Ways to begin: an empty document, a template, or a text file.
import type { ComponentChildren, JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { limits } from '../../shared/limits.ts'
import { cleanLine } from '../../shared/names.ts'
import { words } from '../words/words.ts'
import { createDocument, type NewDocument } from './api.ts'
import { pathOf } from './link.ts'
import { remember } from './opened-documents.ts'
import type { PageContext } from './page-context.ts'

type ButtonsProps = { context: PageContext; children: ComponentChildren }

/** `children` stand beside the first button. */
export function NewDocumentButtons({ context, children }: ButtonsProps): JSX.Element {
  const [isMaking, setMaking] = useState(false)
  const [problem, setProblem] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const say = words().home

  /** One at a time: a second press must not make a second document. */
  const make = async (content: () => NewDocument | Promise<NewDocument>) => {
    if (isMaking) return
    setMaking(true)
    setProblem('')
    try {
      const { id, keys, title } = await createDocument(await content())
      remember(context.storage, { id, keys, title, openedAt: Date.now() })
      context.navigate(pathOf({ id, key: keys.own }))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      setMaking(false)
    }
  }
  const today = () => new Date().toLocaleDateString(words().locale, { dateStyle: 'long' })
  return (
    <>
      <button type="button" class="button primary large" aria-disabled={isMaking} onClick={() => make(() => ({}))}>
        {isMaking ? say.creating : say.create}
      </button>
      {children}
      <div class="begin">
        <span>{say.beginWith}</span>
        <button
          type="button"
          class="button plain small"
          onClick={() => make(() => ({ text: say.meeting.text(today()) }))}
        >
          {say.meeting.name}
        </button>
        <button type="button" class="button plain small" onClick={() => make(() => ({ text: say.checklist.text }))}>
          {say.checklist.name}
        </button>
        <button type="button" class="button plain small" onClick={() => input.current?.click()}>
          {say.fromFile}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={say.fromFile}
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? []
            // The same file again is a change, too.
            event.currentTarget.value = ''
            if (file !== undefined) void make(() => readFile(file))
          }}
        />
      </div>
      <p class="problem" role="alert">
        {problem}
      </p>
    </>
  )
}

const fileNameLengthMax = 60

/** Throws an Error with a sentence for the person. */
async function readFile(file: File): Promise<NewDocument> {
  const say = words().files
  const name = cleanLine(file.name, fileNameLengthMax) || say.document
  if (file.size > limits.stateBytesMax) {
    const max = say.characters(limits.textLengthMax.toLocaleString(words().locale))
    throw new Error(say.tooLarge(name, say.megabytes((file.size / 1_000_000).toFixed(1)), max))
  }
  const { decode, languageOf } = await import('../files/import.ts').catch(() => {
    throw new Error(words().common.partMissing)
  })
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Error(say.unreadable(name))
  })
  const text = decode(new Uint8Array(bytes))
  if (text === undefined) throw new Error(say.notText(name))
  const language = languageOf(file.name)
  const title = cleanLine(file.name.replace(/\.[a-z0-9]+$/i, ''), limits.titleLengthMax)
  return { text, title, ...(language && { language }) }
}
