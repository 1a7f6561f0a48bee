// One chat line: its words, links and names, what it quotes, and what can be done with it.
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { ActionTools } from '../actions/actions.ts'
import type { ShownChatMessage } from '../sync/types.ts'
import { QuoteIcon } from '../ui/icons.tsx'
import { words } from '../words/words.ts'
import { showQuote } from './chat-quote.ts'
import { type ChatPiece, chatPieces } from './chat-text.ts'

/** Longer lines are folded: UTF-16 units, and line breaks. */
const longText = 900
const longLines = 12

type MessageProps = { message: ShownChatMessage; tools: ActionTools; names: readonly string[]; ownName: string }

export function ChatMessageLine({ message, tools, names, ownName }: MessageProps): JSX.Element {
  const { session } = tools
  const { id, n, text, state, quote, deleted } = message
  const say = words().chat
  const pieces = useMemo(() => chatPieces(text, names), [text, names])
  const isLong = text.length > longText || text.split('\n').length > longLines
  const [isWhole, setWhole] = useState(false)
  const isForMe = pieces.some((piece) => piece.kind === 'mention' && piece.name === ownName)
  const canDelete = session.role.value === 'own' && n !== undefined && !deleted
  if (deleted) {
    return (
      <div class="chat-line deleted">
        <em>{say.deleted}</em>
      </div>
    )
  }
  return (
    <div class={`chat-line ${state}${isForMe ? ' for-me' : ''}`}>
      {quote && (
        <button type="button" class="chat-quote" title={say.showQuote} onClick={() => jump(tools, message)}>
          <QuoteIcon size={14} />
          <q dir="auto">{quote.text}</q>
        </button>
      )}
      <p dir="auto" class={isLong && !isWhole ? 'folded' : ''}>
        {pieces.map((piece, index) => (
          <Piece key={`${index}-${piece.kind}`} piece={piece} ownName={ownName} />
        ))}
      </p>
      {isLong && (
        <button type="button" class="text-button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? say.less : say.more}
        </button>
      )}
      {state === 'pending' && <span class="chat-mark">{say.sending}</span>}
      {state === 'failed' && (
        <span class="chat-mark failed">
          {say.notSent}{' '}
          <button
            type="button"
            class="text-button"
            onClick={() => session.provider.chat.retry(id).catch(() => undefined)}
          >
            {words().common.tryAgain}
          </button>
        </span>
      )}
      {canDelete && <DeleteLine n={n} tools={tools} />}
    </div>
  )
}

function Piece({ piece, ownName }: { piece: ChatPiece; ownName: string }): JSX.Element {
  switch (piece.kind) {
    case 'text':
      return <>{piece.text}</>
    case 'link':
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {piece.text}
        </a>
      )
    case 'mention':
      return <bdi class={`mention${piece.name === ownName ? ' me' : ''}`}>{piece.text}</bdi>
  }
}

function jump({ session, view, toasts }: ActionTools, { quote }: ShownChatMessage): void {
  if (quote === undefined) return
  if (view.mode.peek() === 'read') view.show('write')
  view.uncoverText()
  // When the text has its place again.
  requestAnimationFrame(() => {
    if (!showQuote(session, quote)) toasts.show(words().chat.quoteGone)
  })
}

/** It cannot be taken back, so it asks once, in place. */
function DeleteLine({ n, tools: { session, toasts } }: { n: number; tools: ActionTools }): JSX.Element {
  const [isAsking, setAsking] = useState(false)
  const say = words().chat
  if (!isAsking) {
    return (
      <button type="button" class="chat-delete text-button" onClick={() => setAsking(true)}>
        {say.delete}
      </button>
    )
  }
  const remove = () => {
    setAsking(false)
    session.provider.chat.delete(n).catch(() => toasts.show(say.notDeleted))
  }
  return (
    <span class="chat-ask row">
      <button type="button" class="button small danger" autofocus onClick={remove}>
        {say.deleteForAll}
      </button>
      <button type="button" class="button plain small" onClick={() => setAsking(false)}>
        {say.keep}
      </button>
    </span>
  )
}
