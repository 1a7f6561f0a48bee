// The talk beside the document.
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { DocumentSession } from '../pages/document-session.ts'
import { Face } from '../ui/face.tsx'
import { clockTime } from '../ui/relative-time.ts'
import { type FeedEntry, layOutFeed } from './chat-feed.ts'
import { Composer } from './composer.tsx'
import type { Notice } from './notices.ts'

export function ChatPanel({ session }: { session: DocumentSession }): JSX.Element {
  const { chat } = session
  const feed = layOutFeed(chat.messages.value, chat.notices.value)
  const isReading = session.role.value === 'view'
  const list = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    chat.setOpen(true)
    return () => chat.setOpen(false)
  }, [chat])
  // Whoever reads further up is not torn away from there.
  useLayoutEffect(() => {
    if (isAtEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight
  }, [feed.length, chat.messages.value])
  return (
    <>
      <div
        class="chat-list"
        ref={list}
        role="log"
        aria-label="Chat"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          isAtEnd.current = scrollTop + clientHeight > scrollHeight - 24
        }}
      >
        {feed.length === 0 && (
          <p class="panel-empty">
            {isReading
              ? 'Nobody has said anything yet.'
              : 'Say something: what you write here stays with the document.'}
          </p>
        )}
        {feed.map((entry) => (
          <Entry key={entry.key} entry={entry} session={session} />
        ))}
      </div>
      {isReading ? (
        <p class="chat-reading">A view link cannot write. Ask for an edit link to join the talk.</p>
      ) : (
        <Composer
          onSend={(text) => {
            isAtEnd.current = true
            // A line that fails stays in the list, marked, with a button to try again.
            session.provider.chat.send(text).catch(() => undefined)
          }}
        />
      )}
    </>
  )
}

function Entry({ entry, session }: { entry: FeedEntry; session: DocumentSession }): JSX.Element {
  if (entry.kind === 'notice') return <NoticeLine notice={entry.notice} />
  const { from, messages } = entry
  const now = Date.now()
  const isOwn = from.personId === session.chat.ownPersonId || from.state !== 'kept'
  return (
    <article class="chat-group">
      <Face name={from.name} color={from.color} small />
      <div class="chat-lines">
        <header>
          <bdi class="chat-name">{isOwn ? 'You' : from.name}</bdi>
          <time dateTime={new Date(from.at).toISOString()}>{clockTime(from.at, now)}</time>
        </header>
        {messages.map(({ id, text, state }) => (
          <div key={id} class={`chat-line ${state}`}>
            <p dir="auto">{text}</p>
            {state === 'pending' && <span class="chat-mark">Sending…</span>}
            {state === 'failed' && (
              <span class="chat-mark failed">
                Not sent.{' '}
                <button
                  type="button"
                  class="text-button"
                  onClick={() => session.provider.chat.retry(id).catch(() => undefined)}
                >
                  Try again
                </button>
              </span>
            )}
          </div>
        ))}
      </div>
    </article>
  )
}

const NoticeLine = ({ notice: { kind, name, at } }: { notice: Notice }) => (
  <p class="chat-notice">
    <bdi>{name}</bdi> {kind === 'joined' ? 'joined' : 'left'} · {clockTime(at, Date.now())}
  </p>
)
