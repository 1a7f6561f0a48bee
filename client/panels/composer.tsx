// Where a chat line is written. Enter sends, Shift+Enter makes a new line.
import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { limits } from '../../shared/limits.ts'
import { SendIcon } from '../ui/icons.tsx'

const heightMax = 132

export function Composer({ onSend }: { onSend: (text: string) => void }): JSX.Element {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    const { current } = field
    if (current === null) return
    current.style.height = 'auto'
    current.style.height = `${Math.min(heightMax, current.scrollHeight)}px`
  }, [text])
  // Who opens the chat means to write, and may type at once. On a small screen the keyboard would cover what was said.
  useLayoutEffect(() => {
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])
  const send = () => {
    // From the field: the last letter may not be drawn yet.
    const line = (field.current?.value ?? text).trim()
    if (line === '') return
    onSend(line)
    setText('')
    field.current?.focus()
  }
  const left = limits.chatTextLengthMax - text.length
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        placeholder="Write a message"
        aria-label="Message"
        maxLength={limits.chatTextLengthMax}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          // Enter that ends a composition (Japanese, Chinese, …) is not meant for the page.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          send()
        }}
      />
      <button type="submit" class="send" aria-label="Send" aria-disabled={text.trim() === ''}>
        <SendIcon size={18} />
      </button>
      {left < 200 && <span class="composer-left">{left} left</span>}
    </form>
  )
}
