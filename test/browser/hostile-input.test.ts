// Over a hundred hostile names, titles, chat lines, file names and presences: words they are, and words they stay.
import { expect, test } from 'vitest'
import { personHues } from '../../shared/colors.ts'
import { limits } from '../../shared/limits.ts'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { RawClient } from '../harness/client.ts'
import { eventually } from '../harness/eventually.ts'
import { hostileLines } from '../harness/hostile-lines.ts'
import { DocumentPage } from '../harness/page-object.ts'
import { createDocument } from '../harness/server.ts'
import { whatSticksOut } from '../harness/sticks-out.ts'

const suite = browserSuite()

/** A page that tells when something of a payload ran, asked a foreign address, or left its place. */
async function watchedPage() {
  const person = await newPerson(suite.browser)
  const harm: string[] = []
  const { host } = new URL(suite.url)
  await person.context.exposeFunction('hit', (what: string) => harm.push(what))
  person.page.on('dialog', (dialog) => {
    harm.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  person.context.on('request', (request) => {
    const url = request.url()
    if (!/^(data|blob):/.test(url) && new URL(url).host !== host) harm.push(`asked ${url}`)
  })
  const expectNoHarm = async (where: string) => {
    const strange = await person.page.evaluate(() =>
      [...document.body.querySelectorAll('*')]
        .filter(
          (it) =>
            /^(script|style|iframe|object|embed|base|link|meta|img|video|audio|marquee|x|custom-element|bdo)$/.test(
              it.localName,
            ) ||
            it.getAttributeNames().some((name) => /^on|^srcset$|^formaction$/.test(name)) ||
            /^(?!https?:|mailto:|\/|#)/.test(it.getAttribute('href') ?? '/'),
        )
        // What the page itself is made of.
        .filter((it) => !(it.localName === 'script' && it.getAttribute('src')?.startsWith('/')))
        .filter((it) => !(it.className === 'cm-widgetBuffer' && !it.hasAttribute('src')))
        .map((it) => it.outerHTML.slice(0, 200)),
    )
    expect({ harm, strange, sticksOut: await whatSticksOut(person.page) }, where).toEqual({
      harm: [],
      strange: [],
      sticksOut: [],
    })
  }
  return { person, page: person.page, expectNoHarm }
}

/** What a page of another make could say about itself. */
const presences: readonly unknown[] = [
  null,
  7,
  'here',
  [],
  { idle: 'yes' },
  { cursor: { anchor: [1, 1, 0], head: [1, 1, 0] }, idle: false, user: { name: '<b>', color: 'url(x)' } },
  { cursor: { anchor: [4_294_967_295, 4_294_967_295, 0], head: [0, 0, -1] }, idle: false },
  { cursor: { anchor: [1, 1e308, 0], head: [1, 1, 0] }, idle: false },
  { cursor: { anchor: { type: 'x' }, head: [] }, idle: false, following: '__proto__' },
  { cursor: null, idle: true, following: -1, noFollow: 'x', typing: 1 },
]

/** Asks until the rate allows it: refused for what it is, perhaps; but tried. */
const inTime = (client: RawClient, event: string, argument: unknown) =>
  eventually(async () => expect(JSON.stringify(await client.ask(event, argument))).not.toContain('rate-limited'))

test('the corpus is as large as it says', () => {
  expect(new Set(hostileLines).size).toBeGreaterThanOrEqual(100)
})

test('as names, titles and chat lines, in text, and with presences that are none', async () => {
  const watched = await watchedPage()
  const document = await createDocument(suite.url, { text: hostileLines.join('\n') })
  const ada = new DocumentPage(watched.person, watched.page)
  await ada.goto(document.links.own)
  await ada.openPanel('chat')
  await watched.expectNoHarm('the text')
  const others: RawClient[] = []
  for (let i = 0; i < 12; i++) {
    const client = new RawClient(suite.url)
    expect(await client.join(document)).toMatchObject({ ok: true })
    others.push(client)
  }
  for (const [i, payload] of hostileLines.entries()) {
    const client = others[i % others.length]!
    await inTime(client, 'person', { name: payload.slice(0, limits.nameLengthMax), color: i % personHues.length })
    await inTime(client, 'settings', { title: payload.slice(0, limits.titleLengthMax) })
    await inTime(client, 'chat', {
      id: `hostile${String(i).padStart(9, '0')}`,
      text: payload.slice(0, limits.chatTextLengthMax),
    })
    for (const presence of presences) client.socket.emit('presence', presence)
    if ((i + 1) % others.length !== 0 && i < hostileLines.length - 1) continue
    await inTime(client, 'chat', { id: `marker0${String(i).padStart(9, '0')}`, text: `marker ${i}` })
    await ada.chatLog.getByText(`marker ${i}`, { exact: true }).waitFor()
    await watched.expectNoHarm(`up to ${i}, the chat`)
    await ada.openPanel('people')
    await watched.expectNoHarm(`up to ${i}, the people`)
    await ada.openPanel('chat')
  }
  for (const client of others) client.close()
  // It still is a page in which one can write.
  await ada.goTo('start')
  await ada.type('still here')
  await ada.editor.getByText('still here').waitFor()
}, 120_000)

test('as names of files, dropped and taken away', async () => {
  const watched = await watchedPage()
  const document = await createDocument(suite.url, { text: 'text' })
  const ada = new DocumentPage(watched.person, watched.page)
  await ada.goto(document.links.own)
  await ada.expectSaveState('Saved')
  const count = await ada.editor.evaluate(async (editor, names) => {
    const shown = () => globalThis.document.querySelector('.toasts')?.textContent
    let imported = 0
    for (const [i, name] of names.entries()) {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([`file ${i}\n`], name, { type: 'text/plain' }))
      const before = shown()
      editor.dispatchEvent(
        new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true, clientX: 300, clientY: 150 }),
      )
      for (let turns = 0; turns < 600 && shown() === before; turns++) await new Promise(requestAnimationFrame)
      if (shown() !== before) imported++
    }
    return imported
  }, hostileLines)
  expect(count).toBe(hostileLines.length)
  await watched.expectNoHarm('files')
})

test('in the list on the first page, kept by the browser and told by the server', async () => {
  const watched = await watchedPage()
  const { page } = watched
  const idOf = (i: number) => `hostile${String(i).padStart(9, '0')}`
  const key = 'k'.repeat(22)
  await page.route(/\/api\/documents\/lookup/, (route) =>
    route.fulfill({
      json: {
        documents: hostileLines.map((line, i) => ({
          id: idOf(i),
          title: line,
          people: 3,
          faces: [{ name: line, color: line }, { name: i, color: -i }, null],
        })),
      },
    }),
  )
  await page.goto(suite.url)
  const list = hostileLines.map((title, i) => ({ id: idOf(i), keys: { own: key }, title, openedAt: i + 1 }))
  await page.evaluate((kept) => localStorage.setItem('scriptorium.documents', kept), JSON.stringify(list))
  await page.reload()
  const rows = page.getByRole('region', { name: 'Your documents' }).getByRole('listitem')
  await eventually(async () => expect(await rows.count()).toBeGreaterThan(20))
  await page.getByText('3 people here now').first().waitFor()
  await watched.expectNoHarm('the list')
})
