// The talk beside the document.
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ActionTools } from '../actions/actions.ts'
import { labelOf } from '../pages/people.ts'
import { Face } from '../ui/face.tsx'
import { LockIcon } from '../ui/icons.tsx'
import { clockTime } from '../ui/relative-time.ts'
import { words } from '../words/words.ts'
import { type FeedEntry, layOutFeed } from './chat-feed.ts'
import { ChatMessageLine } from './chat-message.tsx'
import { Composer } from './composer.tsx'
import type { Notice } from './notices.ts'
import { SidePanel } from './side-panel.tsx'
import '../styles/chat.css'

/** So near to the first line, px, the page of lines before it is asked for. */
const nearTop = 48
const nearEnd = 24

export function ChatPanel({ tools, onClose }: { tools: ActionTools; onClose: () => void }): JSX.Element {
  const { session } = tools
  const { chat } = session
  const messages = chat.messages.value
  const feed = layOutFeed(messages, chat.notices.value)
  const isReading = session.role.value === 'view'
  const list = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const people = session.people.value
  const known = [...new Set([...people, ...messages].map(({ name }) => name))].join('\n')
  const names = useMemo(() => known.split('\n'), [known])
  const ownName = people.find(({ isSelf }) => isSelf)?.name ?? ''
  useEffect(() => {
    chat.setOpen(true)
    return () => chat.setOpen(false)
  }, [chat])
  const older = useOlder(tools, list)
  // A keyboard on a phone takes half of the list: what was at its end stays in view.
  useEffect(() => {
    const watch = new ResizeObserver(() => {
      if (isAtEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight
    })
    if (list.current) watch.observe(list.current)
    return () => watch.disconnect()
  }, [])
  // Whoever reads further up is not torn away from there.
  useLayoutEffect(() => {
    if (isAtEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight
    else older.keepPlace()
  }, [feed.length, messages])
  return (
    <SidePanel title={words().chat.label} closeLabel={words().chat.close} name="chat" onClose={onClose}>
      <div
        class="chat-list"
        ref={list}
        role="log"
        aria-label={words().chat.label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          isAtEnd.current = scrollTop + clientHeight > scrollHeight - nearEnd
          if (scrollTop < nearTop && !isAtEnd.current && !older.hasFailed) older.load()
        }}
      >
        {chat.hasMore.value && (
          <button
            type="button"
            class="button plain small chat-older"
            aria-disabled={older.isLoading}
            onClick={older.load}
          >
            {older.isLoading ? words().chat.loadingOlder : words().chat.older}
          </button>
        )}
        {feed.length === 0 && <p class="panel-empty">{isReading ? words().chat.emptyReading : words().chat.empty}</p>}
        {feed.map((entry) => (
          <Entry key={entry.key} entry={entry} tools={tools} names={names} ownName={ownName} />
        ))}
      </div>
      <p class="chat-typing">{chat.typing.value.length > 0 && words().chat.typing(chat.typing.value)}</p>
      {isReading ? (
        <p class="chat-reading">{words().chat.reading}</p>
      ) : (
        <Composer
          tools={tools}
          onSent={() => {
            isAtEnd.current = true
          }}
        />
      )}
    </SidePanel>
  )
}

/** Pages of older lines. What one reads stays where it is while they come in above. */
function useOlder({ session, toasts }: ActionTools, list: { readonly current: HTMLElement | null }) {
  const [isLoading, setLoading] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  /** Pixels from the end to the top of the view, while a page is on its way. */
  const fromEnd = useRef<number | undefined>(undefined)
  const load = async () => {
    if (isLoading || !session.chat.hasMore.peek()) return
    setLoading(true)
    const { current } = list
    if (current) fromEnd.current = current.scrollHeight - current.scrollTop
    try {
      await session.provider.chat.loadMore()
      setFailed(false)
    } catch {
      // Not asked for again by scrolling: the button is.
      setFailed(true)
      toasts.show(words().chat.olderMissing)
    } finally {
      setLoading(false)
      setTimeout(() => {
        fromEnd.current = undefined
      })
    }
  }
  const keepPlace = () => {
    const { current } = list
    if (current && fromEnd.current !== undefined) current.scrollTop = current.scrollHeight - fromEnd.current
  }
  return { isLoading, hasFailed, load, keepPlace }
}

type EntryProps = { entry: FeedEntry; tools: ActionTools; names: readonly string[]; ownName: string }

function Entry({ entry, tools, names, ownName }: EntryProps): JSX.Element {
  if (entry.kind === 'notice') return <NoticeLine notice={entry.notice} />
  const { from, messages } = entry
  const { ownPersonId } = tools.session.chat
  const people = tools.session.people.value
  const now = Date.now()
  const say = words().chat
  const isOwn = from.personId === ownPersonId || from.state !== 'kept'
  return (
    <article class={`chat-group${from.to ? ' private' : ''}`}>
      <Face name={from.name} color={from.color} small />
      <div class="chat-lines">
        <header>
          <bdi class="chat-name">{isOwn ? say.you : labelOf(people, from)}</bdi>
          <time dateTime={new Date(from.at).toISOString()}>{clockTime(from.at, now)}</time>
        </header>
        {from.to && (
          <p class="chat-private">
            <LockIcon size={14} />
            <bdi>{from.to.personId === ownPersonId ? say.privateToYou : say.privateTo(labelOf(people, from.to))}</bdi>
          </p>
        )}
        {messages.map((message) => (
          <ChatMessageLine key={message.id} message={message} tools={tools} names={names} ownName={ownName} />
        ))}
      </div>
    </article>
  )
}

function NoticeLine({ notice }: { notice: Notice }): JSX.Element {
  const { kind, name, at } = notice
  const say = words().chat
  return (
    <p class="chat-notice">
      <bdi>{name}</bdi> {say[kind]}
      {kind === 'renamed' && (
        <>
          {' '}
          <bdi>{notice.newName}</bdi>
        </>
      )}{' '}
      · {clockTime(at, Date.now())}
    </p>
  )
}
