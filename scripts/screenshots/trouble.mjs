// Pictures of what the page says when something is wrong.
import { createDocument } from '../built-server.mjs'
import { ask, enter, open, second, shoot, text, wireOf, writer } from './stage.mjs'

const title = 'Notes for the reading group'
const card = (page, state) => page.getByRole('button', { name: `Save state: ${state}` }).click()
const typeAtEnd = async (page, words) => {
  await page.getByRole('textbox', { name: 'Document text' }).focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(words)
}

/** A page in a document of its own, with its wire. */
async function alone(browser, url, role = 'edit') {
  const document = await createDocument(url, { title, text })
  const page = await enter(browser, writer)
  const wire = await wireOf(page)
  await open(page, document.links[role])
  return { page, wire, document }
}

export async function trouble(browser, url) {
  for (const scene of [offline, notSaved, nearlyFull, refused, deleted, setAside, reload, reading]) {
    const { page } = await scene(browser, url)
    await page.context().close()
  }
}

async function offline(browser, url) {
  const stage = await alone(browser, url)
  const { page, wire } = stage
  wire.cut()
  await typeAtEnd(page, ' Typed on the train, without a network.')
  await card(page, 'Offline, changes kept')
  await page.getByText('Not yet on the server').waitFor()
  await shoot(page, 'offline')
  return stage
}

async function notSaved(browser, url) {
  const stage = await alone(browser, url)
  const { page, wire } = stage
  const refusal = '"ok":false,"error":{"code":"degraded","message":"The server cannot store changes at the moment."}'
  wire.down = (frame) => frame.replace(/"ok":true,"seq":\d+/, refusal)
  await typeAtEnd(page, ' The disk is full.')
  await card(page, 'Not saved: server cannot store')
  await page.getByText('Not yet on the server').waitFor()
  await shoot(page, 'not-saved')
  return stage
}

async function nearlyFull(browser, url) {
  const stage = await alone(browser, url)
  const { page, wire } = stage
  wire.tell('42["heartbeat",{"seq":1,"usage":{"textLength":0,"stateBytes":0,"structs":480000}}]')
  await page.getByText('nearly full').waitFor()
  await shoot(page, 'nearly-full')
  return stage
}

async function refused(browser, url) {
  const stage = await alone(browser, url)
  const { page, document } = stage
  await ask(url, 'POST', `/api/documents/${document.id}/keys`, document.keys.own, { role: 'edit', revoke: true })
  await page.getByRole('dialog', { name: 'Your access has ended' }).waitFor()
  await shoot(page, 'refused')
  return stage
}

async function deleted(browser, url) {
  const stage = await alone(browser, url)
  const { page, document } = stage
  await ask(url, 'DELETE', `/api/documents/${document.id}`, document.keys.own)
  await page.getByRole('dialog', { name: 'This document was deleted' }).waitFor()
  await shoot(page, 'deleted')
  return stage
}

async function setAside(browser, url) {
  const stage = await alone(browser, url)
  const { page, wire } = stage
  wire.down = (frame) => frame.replace(/"ok":true,"seq":\d+/, '"ok":false,"error":{"code":"invalid","message":"No."}')
  await typeAtEnd(page, ' One sentence more.')
  const dialog = page.getByRole('dialog', { name: 'The server refused an edit' })
  await dialog.waitFor()
  wire.down = (frame) => frame
  await dialog.getByRole('button', { name: 'Open the server’s version' }).click()
  await page.getByRole('button', { name: 'See what differs' }).waitFor()
  await shoot(page, 'set-aside')
  return stage
}

async function reload(browser, url) {
  const stage = await alone(browser, url)
  const { page, wire } = stage
  wire.cut()
  await page.getByRole('button', { name: 'Save state: Offline, changes kept' }).waitFor()
  wire.up = (frame) => frame.replace(/"protocol":\d+/, '"protocol":0')
  wire.isCut = false
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.getByRole('dialog', { name: 'Reload needed' }).waitFor()
  await shoot(page, 'reload-needed')
  return stage
}

/** No trouble, but a limit: who only reads. */
async function reading(browser, url) {
  const document = await createDocument(url, { title, text })
  const page = await enter(browser, second)
  await page.goto(document.links.view)
  await page.getByRole('button', { name: 'Save state: View only' }).waitFor()
  await page.getByRole('button', { name: /^Chat/ }).click()
  await page.getByText('A view link cannot write.').waitFor()
  await shoot(page, 'view-only')
  return { page }
}
