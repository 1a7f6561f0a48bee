// A button that copies and says so in its own place. Where the browser refuses, it shows the text selected instead.
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { words } from '../words/words.ts'
import { copyText } from './copy.ts'
import { CheckIcon } from './icons.tsx'

type CopyState = 'idle' | 'copied' | 'refused'
const copiedShownMs = 2_000

type CopyButtonProps = {
  label: string
  /** Asked when the button is pressed; a promise where the text has to be fetched first. */
  text: () => string | Promise<string>
  className?: string
  onError?: (error: unknown) => void
}

export function CopyButton({ label, text, className = 'button', onError }: CopyButtonProps): JSX.Element {
  const [state, setState] = useState<CopyState>('idle')
  const [shown, setShown] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (state !== 'copied') return
    const timer = setTimeout(() => setState('idle'), copiedShownMs)
    return () => clearTimeout(timer)
  }, [state])
  useEffect(() => {
    if (state === 'refused') field.current?.select()
  }, [state])
  const copy = async () => {
    try {
      const value = await text()
      setShown(value)
      setState((await copyText(value)) ? 'copied' : 'refused')
    } catch (error) {
      onError?.(error)
    }
  }
  return (
    <>
      <button type="button" class={className} onClick={copy}>
        {state === 'copied' ? (
          <>
            <CheckIcon size={16} />
            {words().common.copied}
          </>
        ) : (
          label
        )}
      </button>
      <span class="unseen" role="status">
        {state === 'copied' ? words().common.copied : ''}
      </span>
      {state === 'refused' && (
        <label class="copy-by-hand">
          <span class="hint">{words().common.copyByHand}</span>
          <textarea ref={field} class="input" readOnly rows={2} value={shown} />
        </label>
      )}
    </>
  )
}
