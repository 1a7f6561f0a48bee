// The provider's chat alone.
import { beforeEach, describe, expect, it } from 'vitest'
import { Chat, type ChatHost } from '../../client/sync/chat.ts'
import type { Clock } from '../../client/sync/clock.ts'
import type { PersonId } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import type { Answer, ChatMessage, ChatPage } from '../../shared/protocol.ts'
import { FakeClock } from '../harness/fake-clock.ts'

/** The harness's clock with what a page adds to it. */
function pageClock(): Clock & FakeClock {
  const clock = new FakeClock()
  return Object.assign(clock, { frame: (call: () => void) => clock.after(limits.frameMs, call), random: () => 0.5 })
}

describe('chat', () => {
  const kept = (n: number, id = `id${n}`): ChatMessage => ({
    n,
    id,
    text: `line ${n}`,
    at: n,
    personId: 'p' as PersonId,
    name: 'P',
    color: 0,
  })
  let lines: { id: string; answered: (answer: Answer<{ message: ChatMessage }> | undefined) => void }[]
  let isLive: boolean
  let chat: Chat
  let clock: ReturnType<typeof pageClock>
  let page: ChatPage
  let pagesBefore: number[]
  let typed: number
  const gone = (n: number): ChatMessage => ({ ...kept(n), text: '', deleted: true })

  beforeEach(() => {
    lines = []
    isLive = true
    page = { messages: [], more: false }
    pagesBefore = []
    typed = 0
    const host: ChatHost = {
      isLive: () => isLive,
      me: () => ({ personId: 'me' as PersonId, name: 'Me', color: 2 }),
      people: () => [],
      typing: () => typed++,
      history: async (before) => {
        pagesBefore.push(before)
        return page
      },
      delete: async (n) => ({ message: gone(n) }),
      send: ({ id }, answered) => lines.push({ id, answered }),
      changed: () => undefined,
    }
    clock = pageClock()
    chat = new Chat(host, clock)
  })
  const shown = () => chat.messages.map(({ n, text, state }) => [n, text, state])

  it('[H4] lines stand in the order of their numbers, each once', () => {
    chat.joined({ messages: [kept(2), kept(3)], more: false })
    chat.received(kept(5))
    chat.received(kept(4))
    chat.joined({ messages: [kept(1), kept(3), kept(5)], more: false })
    expect(chat.messages.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
  })

  it('[H2] a line whose answer was lost goes out again after the join, under the same id', async () => {
    const sent = chat.send(' hi ')
    isLive = false
    lines[0]!.answered(undefined)
    isLive = true
    expect(shown()).toEqual([[undefined, 'hi', 'pending']])
    chat.joined({ messages: [], more: false })
    expect(lines.map(({ id }) => id)).toEqual([lines[0]!.id, lines[0]!.id])
    // The answer of the second and the join's tail may both bring it.
    chat.joined({ messages: [kept(1, lines[0]!.id)], more: false })
    lines[1]!.answered({ ok: true, message: kept(1, lines[0]!.id) })
    await sent
    expect(shown()).toEqual([[1, 'line 1', 'kept']])
  })

  it('[H2] a line whose answer is lost on a living connection goes out again at once', async () => {
    const sent = chat.send('hi')
    lines[0]!.answered(undefined)
    expect(lines.map(({ id }) => id)).toEqual([lines[0]!.id, lines[0]!.id])
    lines[1]!.answered({ ok: true, message: kept(1, lines[0]!.id) })
    await sent
    expect(shown()).toEqual([[1, 'line 1', 'kept']])
  })

  it('[H3] a refused line is shown as failed and may be tried again', async () => {
    const sent = chat.send('no')
    lines[0]!.answered({ ok: false, error: { code: 'rate-limited', message: 'Slower.' } })
    await expect(sent).rejects.toMatchObject({ code: 'rate-limited' })
    expect(shown()).toEqual([[undefined, 'no', 'failed']])
    const again = chat.retry(lines[0]!.id)
    expect(shown()).toEqual([[undefined, 'no', 'pending']])
    lines[1]!.answered({ ok: true, message: kept(1, lines[0]!.id) })
    await again
  })

  it('only so many lines are kept in the page', () => {
    for (let n = 1; n <= limits.chatLinesMax + 5; n++) chat.received(kept(n))
    expect([chat.messages.length, chat.messages[0]?.n, chat.hasMore]).toEqual([limits.chatLinesMax, 6, true])
  })

  it('[P7] many keys are told as typing now and then, and at once again after a line', () => {
    for (let i = 0; i < 10; i++) chat.typing()
    expect(typed).toBe(1)
    clock.advance(limits.typingSendMs - 1)
    chat.typing()
    expect(typed).toBe(1)
    clock.advance(1)
    chat.typing()
    expect(typed).toBe(2)
    void chat.send('line')
    chat.typing()
    expect(typed).toBe(3)
  })

  it('[H7] pages go back from the oldest line until there are none', async () => {
    chat.joined({ messages: [kept(8), kept(9)], more: true })
    page = { messages: [kept(5), kept(7)], more: true }
    await chat.loadMore()
    expect([chat.messages.map(({ n }) => n), chat.hasMore]).toEqual([[5, 7, 8, 9], true])
    page = { messages: [kept(1)], more: false }
    await chat.loadMore()
    await chat.loadMore()
    expect([chat.messages.map(({ n }) => n), chat.hasMore, pagesBefore]).toEqual([[1, 5, 7, 8, 9], false, [8, 5]])
  })

  it('[H4] a line that was told before the answer to a join, and is not in it, stays', () => {
    chat.received(kept(61))
    chat.joined({ messages: [kept(59), kept(60)], more: true })
    expect(chat.messages.map(({ n }) => n)).toEqual([59, 60, 61])
    expect(chat.hasMore).toBe(true)
  })

  it.each([{}, { text: '', deleted: true as const }])(
    '[H2] a line that turns out to be stored long ago (%o) is not shown before the lines that came between',
    async (more) => {
      const sent = chat.send('hello')
      chat.joined({ messages: [kept(60), kept(61)], more: true })
      chat.received({ ...kept(3, lines[0]!.id), ...more })
      await sent
      expect([chat.messages.map(({ n }) => n), chat.hasMore]).toEqual([[60, 61], true])
    },
  )

  it('[H7] after more was missed than a join brings there is no hole: older lines are paged back to', async () => {
    chat.joined({ messages: [kept(1), kept(2)], more: false })
    chat.joined({ messages: [kept(2), kept(3)], more: true })
    expect([chat.messages.map(({ n }) => n), chat.hasMore]).toEqual([[1, 2, 3], false])
    chat.joined({ messages: [kept(60), kept(61)], more: true })
    expect([chat.messages.map(({ n }) => n), chat.hasMore]).toEqual([[60, 61], true])
  })

  it('[H7] a line heard behind others that were missed does not hide that they are', () => {
    chat.joined({ messages: [kept(1), kept(2)], more: false })
    // An own line is answered even while this client is too slow to be told the others.
    chat.received(kept(60))
    chat.joined({ messages: [kept(60), kept(61)], more: true })
    expect([chat.messages.map(({ n }) => n), chat.hasMore]).toEqual([[60, 61], true])
  })

  it('[H7] a page that comes after the chat started again elsewhere is not mixed in', async () => {
    chat.joined({ messages: [kept(10)], more: true })
    page = { messages: [kept(9)], more: true }
    const loading = chat.loadMore()
    chat.joined({ messages: [kept(90)], more: true })
    await loading
    expect([chat.messages.map(({ n }) => n), chat.hasMore]).toEqual([[90], true])
  })

  it('[H8] a deleted line loses its text in its place, and no later word gives it back', async () => {
    chat.joined({ messages: [kept(1), kept(2), kept(3)], more: false })
    chat.received(gone(2))
    chat.received(kept(2))
    chat.joined({ messages: [kept(2), kept(3)], more: false })
    await chat.delete(3)
    expect(chat.messages.map(({ n, text, deleted }) => [n, text, deleted])).toEqual([
      [1, 'line 1', undefined],
      [2, '', true],
      [3, '', true],
    ])
  })

  it('[H8] the deletion of a line further back than the page has gone makes no hole', async () => {
    chat.joined({ messages: [kept(8)], more: true })
    chat.received(gone(2))
    page = { messages: [gone(2), kept(7)], more: false }
    await chat.loadMore()
    expect(chat.messages.map(({ n, deleted }) => [n, deleted])).toEqual([
      [2, true],
      [7, undefined],
      [8, undefined],
    ])
  })
})
