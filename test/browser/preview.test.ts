// The preview of Markdown, and the table of contents, in a real browser: what it shows, that it keeps up, that it is safe.
import { expect, test } from 'vitest'
import { newPerson } from '../harness/browser.ts'
import { browserSuite } from '../harness/browser-suite.ts'
import { eventually } from '../harness/eventually.ts'
import { hostileMarkdown, markdownBombs } from '../harness/hostile-markdown.ts'
import { DocumentPage } from '../harness/page-object.ts'
import { openPreview, previewOf } from '../harness/preview-page.ts'
import { createDocument } from '../harness/server.ts'

const suite = browserSuite()

const preview = previewOf
const reader = (link: string, mode: 'both' | 'read' = 'both') => openPreview(suite.browser, link, mode)

const sample = `# Title

Text with **strong** words[^1], a [link](https://example.org/x) and [down](#second-part).

- [ ] open
- [x] done

| a | b |
|:-:|--:|
| 1 | 2 |

\`\`\`js
const a = 'b'
\`\`\`

## Second part

End.

[^1]: The note.`

test('what is written appears as headings, lists, tasks, tables, notes and coloured code, for everybody', async () => {
  const document = await createDocument(suite.url, { text: sample })
  const ada = await reader(document.links.edit)
  const shown = preview(ada)
  await shown.getByRole('heading', { name: 'Title', level: 1 }).waitFor()
  await shown.getByRole('cell', { name: '2' }).waitFor()
  expect(await shown.getByRole('checkbox').count()).toBe(2)
  expect(await shown.getByRole('checkbox', { name: 'done' }).isChecked()).toBe(true)
  await shown.locator('.code-keyword', { hasText: 'const' }).waitFor()
  const link = shown.getByRole('link', { name: 'link', exact: true })
  expect([await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual([
    'https://example.org/x',
    '_blank',
    'noopener noreferrer nofollow',
  ])
  await shown.getByText('The note.').waitFor()
  await ada.goTo('start')
  await ada.press('End')
  await ada.type(' of all')
  await shown.getByRole('heading', { name: 'Title of all', level: 1 }).waitFor()
})

test('a link within the text, and a note’s number, scroll, and never touch the key in the address', async () => {
  const document = await createDocument(suite.url, { text: sample.replace('End.', 'End.\n\n'.repeat(60)) })
  const ada = await reader(document.links.edit, 'read')
  await preview(ada).getByRole('link', { name: 'down' }).click()
  await eventually(async () => {
    const box = await preview(ada).getByRole('heading', { name: 'Second part' }).boundingBox()
    expect(box!.y).toBeLessThan(200)
  })
  await preview(ada).getByRole('link', { name: '1', exact: true }).click()
  await eventually(async () => {
    const box = await preview(ada).getByText('The note.').boundingBox()
    expect(box!.y).toBeLessThan(800)
  })
  expect(ada.page.url()).toBe(document.links.edit)
})

test('a task that is ticked in the preview is ticked in the text, and who only reads cannot', async () => {
  const document = await createDocument(suite.url, { text: 'above\n\n- [ ] one\n- [ ] two' })
  const [ada, bob] = [await reader(document.links.edit), await reader(document.links.view)]
  await preview(ada).getByRole('checkbox').nth(1).click()
  await ada.expectText('above\n\n- [ ] one\n- [x] two')
  await bob.expectText('above\n\n- [ ] one\n- [x] two')
  await preview(bob).getByRole('checkbox', { name: 'done' }).waitFor()
  await preview(bob).getByRole('checkbox').first().click()
  await ada.goTo('start')
  await ada.type('x')
  await bob.expectText('xabove\n\n- [ ] one\n- [x] two')
  expect(await preview(bob).getByRole('checkbox').first().isChecked()).toBe(false)
})

test('text and preview scroll together, whichever is scrolled', async () => {
  const parts = Array.from({ length: 80 }, (_, i) => `## Part ${i}\n\nSome words of part ${i}.`)
  const document = await createDocument(suite.url, { text: parts.join('\n\n') })
  const ada = await reader(document.links.edit)
  await preview(ada).getByRole('heading', { name: 'Part 79' }).waitFor({ state: 'attached' })
  const topOf = async (selector: string, name: string) => {
    const box = await ada.page.locator(selector).getByText(name, { exact: true }).first().boundingBox()
    return box?.y ?? Number.POSITIVE_INFINITY
  }
  await ada.page.locator('.cm-scroller').evaluate((it) => {
    it.scrollTop = it.scrollHeight / 2
  })
  await eventually(async () => {
    const name = await ada.editor.evaluate((it) => {
      const line = [...it.querySelectorAll('.cm-line')].find(
        (one) => one.getBoundingClientRect().top > 60 && one.textContent?.startsWith('## '),
      )
      return line?.textContent?.slice(3) ?? ''
    })
    expect(name).toMatch(/^Part [2-6]\d$/)
    expect(Math.abs((await topOf('.preview', name)) - 100)).toBeLessThan(200)
  })
  await preview(ada).hover()
  await ada.page.mouse.wheel(0, -100_000)
  await eventually(async () => expect(await topOf('.cm-content', '## Part 0')).toBeLessThan(200))
  await ada.goTo('end')
  await eventually(async () => expect(await topOf('.preview', 'Part 79')).toBeLessThan(800))
})

test('the table of contents lists the headings as they are written, and goes to them', async () => {
  const parts = Array.from({ length: 40 }, (_, i) => `# Part ${i}\n\n${'Words.\n\n'.repeat(5)}`)
  const document = await createDocument(suite.url, { text: parts.join('') })
  const [ada] = await suite.meet(document.links.edit)
  await ada.press('Control+Alt+o')
  const contents = ada.page.getByRole('complementary', { name: 'Table of contents' })
  await contents.getByRole('button', { name: 'Part 39' }).click()
  await eventually(async () => {
    const box = await ada.editor.getByText('# Part 39').boundingBox()
    expect(box!.y).toBeLessThan(400)
  })
  await ada.goTo('start')
  await ada.type('# Before\n\n')
  await contents.getByRole('button', { name: 'Before' }).waitFor()
  await contents.getByRole('button', { name: 'Close table of contents' }).click()
})

/** In parts, each on a page of its own: most of the time one only waits for the preview. */
const parts = [0, 1, 2, 3, 4].map((part) => hostileMarkdown.filter((_payload, i) => i % 5 === part))

test('there are more than a hundred payloads', () => {
  expect(parts.flat().length).toBeGreaterThanOrEqual(100)
})

test('no payload runs, asks anybody for anything, styles the page or is reported by its policy', async () => {
  await Promise.all(
    parts.map(async (payloads) => {
      const hits: string[] = []
      const asked: string[] = []
      const document = await createDocument(suite.url, { text: 'start' })
      const ada = await reader(document.links.edit)
      await ada.person.context.exposeFunction('hit', (what: string) => hits.push(what))
      await ada.page.reload()
      await preview(ada).getByText('start').waitFor()
      ada.person.context.on('request', (request) => asked.push(request.url()))
      ada.page.on('dialog', (dialog) => {
        hits.push(`dialog ${dialog.message()}`)
        void dialog.dismiss()
      })
      const { host } = new URL(suite.url)
      for (const [i, payload] of payloads.entries()) {
        await ada.goTo('start')
        await ada.press('Control+a')
        await ada.paste(`${payload}\n\nmark${i}`)
        await preview(ada).getByText(`mark${i}`).waitFor({ state: 'attached' })
        const found = await preview(ada).evaluate((pane) => {
          const all = [...pane.querySelectorAll('.block *')]
          const handlers = all.flatMap((it) =>
            it.getAttributeNames().filter((name) => /^on|^style$|^id$|^name$|^srcset$/.test(name)),
          )
          const links = all
            .flatMap((it) => it.getAttribute('href') ?? [])
            .filter((href) => !/^(https?:\/\/|mailto:)/.test(href))
          const pictures = all
            .flatMap((it) => it.getAttribute('src') ?? [])
            .filter((src) => !/^data:image\/(png|gif|jpeg|webp);/.test(src))
          const strange = all
            .map(({ localName }) => localName)
            .filter((name) =>
              /script|style|iframe|object|embed|form|svg|math|link|meta|base|video|audio|button/.test(name),
            )
          return [...handlers, ...links, ...pictures, ...strange]
        })
        expect(found, payload).toEqual([])
        // Whoever clicks on all of it is as safe.
        await preview(ada).evaluate((pane) => {
          for (const link of pane.querySelectorAll<HTMLElement>('a:not([target])')) link.click()
        })
        expect(hits, payload).toEqual([])
      }
      expect(asked.filter((url) => !/^(data|blob):/.test(url) && new URL(url).host !== host)).toEqual([])
      expect(new URL(ada.page.url()).hash).toBe(new URL(document.links.edit).hash)
      ada.person.check()
    }),
  )
})

test.each(markdownBombs)('one can write on while a bomb is previewed: $name', async ({ text }) => {
  const document = await createDocument(suite.url, { text })
  const [ada] = await suite.meet(document.links.edit)
  await ada.page.getByRole('button', { name: 'Both' }).click()
  await preview(ada).waitFor()
  await ada.goTo('start')
  await ada.type('still here\n\n')
  await ada.editor.getByText('still here').waitFor()
  // Either it is shown in the end, or the page says that it is too much; never nothing.
  await eventually(async () => {
    const shown = await preview(ada).getByText('still here').count()
    const said = await preview(ada)
      .getByText(/takes too long to preview/)
      .count()
    expect(shown + said).toBeGreaterThan(0)
  })
  await ada.page.getByRole('button', { name: 'Write', exact: true }).click()
})

test('a preview that never ends is ended, said, and works again when the text is harmless', async () => {
  const document = await createDocument(suite.url, { text: 'harmless' })
  const person = await newPerson(suite.browser)
  await person.context.addInitScript((kept) => localStorage.setItem('scriptorium.view', kept), '"both"')
  // A worker that is asked to render this text does nothing for ever, as a bomb that nobody knows yet would make it do.
  await person.context.addInitScript(() => {
    const post = Worker.prototype.postMessage
    Worker.prototype.postMessage = function (this: Worker, message: { text?: string }) {
      if (!message.text?.includes('bomb')) post.call(this, message)
    } as typeof post
  })
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  await preview(ada).getByText('harmless').waitFor()
  await ada.goTo('end')
  await ada.type(' bomb')
  await preview(ada).getByText('takes too long to preview').waitFor()
  await preview(ada).getByText('harmless').waitFor()
  for (let i = 0; i < 5; i++) await ada.press('Backspace')
  await ada.type(' again')
  await preview(ada).getByText('harmless again').waitFor()
  expect(await preview(ada).getByText('takes too long').count()).toBe(0)
})

test('HTML that a broken worker lets through is made harmless before it is in the page', async () => {
  const document = await createDocument(suite.url, { text: 'text' })
  // The policy, behind it all, tells of what it saw while that was being taken apart.
  const person = await newPerson(suite.browser, { allow: [/Content Security Policy|^(script|style|base)-/] })
  const hits: string[] = []
  const asked: string[] = []
  await person.context.exposeFunction('hit', (what: string) => hits.push(what))
  await person.context.addInitScript((kept) => localStorage.setItem('scriptorium.view', kept), '"both"')
  // Whatever the worker answers, the page is told these blocks.
  await person.context.addInitScript((blocks) => {
    globalThis.Worker = class extends Worker {
      override set onmessage(listener: ((event: MessageEvent) => unknown) | null) {
        super.onmessage = (event) => {
          const rendered = { ...event.data.rendered, blocks: blocks.map((html, line) => ({ html, line })) }
          listener?.(new MessageEvent('message', { data: { ...event.data, rendered } }))
        }
      }
    }
  }, hostileMarkdown.concat('<p>all of them</p>'))
  const { host } = new URL(suite.url)
  person.context.on('request', (request) => asked.push(request.url()))
  const ada = new DocumentPage(person, person.page)
  await ada.goto(document.links.edit)
  await preview(ada).getByText('all of them').waitFor({ state: 'attached' })
  const found = await preview(ada).evaluate((pane) => {
    const all = [...pane.querySelectorAll('.block *')]
    const names = all.flatMap((it) => it.getAttributeNames())
    return {
      handlers: names.filter((name) => /^on|^style$|^srcset$|^formaction$/.test(name)),
      elements: all
        .map(({ localName }) => localName)
        .filter((name) =>
          /script|style|iframe|object|embed|form|svg|math|link|meta|base|video|audio|button/.test(name),
        ),
      links: all
        .flatMap((it) => it.getAttribute('href') ?? [])
        .filter((href) => !/^(https?:\/\/|mailto:|#)/.test(href)),
    }
  })
  expect(found).toEqual({ handlers: [], elements: [], links: [] })
  expect(hits).toEqual([])
  expect(asked.filter((url) => !/^(data|blob):/.test(url) && new URL(url).host !== host)).toEqual([])
})
