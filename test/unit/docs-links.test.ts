// Links of the documentation to itself lead somewhere: to a file that is there, and a heading in it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = ['', 'docs', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

/** The names that GitHub gives the headings of a page. */
function anchorsIn(markdown: string): string[] {
  const headings = [...markdown.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)]
  return headings.map(([, words]) =>
    words!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(pages)('every link of %s leads somewhere', (page) => {
  const markdown = readFileSync(join(root, page), 'utf8')
  const links = [...markdown.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, link]) => link!)
  const dead = links.filter((link) => {
    const [file, anchor] = link.split('#')
    const path = file === '' ? join(root, page) : join(root, dirname(page), file!)
    if (!existsSync(path)) return true
    return anchor !== undefined && !anchorsIn(readFileSync(path, 'utf8')).includes(anchor)
  })
  expect(dead).toEqual([])
})
