// Markdown as the blocks of a preview: what they hold, that each is bounded, and that nothing of the writer's is HTML.
import { describe, expect, test } from 'vitest'
import { MarkdownText } from '../../client/preview/blocks.ts'
import { limits } from '../../shared/limits.ts'
import { hostileMarkdown } from '../harness/hostile-markdown.ts'

const labels = { image: 'Image', done: 'done', open: 'to do', back: 'Back' }
const render = (text: string, kind: 'page' | 'file' = 'page') =>
  new MarkdownText({ text, kind, labels }).render(() => undefined)
const html = (text: string, kind: 'page' | 'file' = 'page') =>
  render(text, kind)
    .blocks.map((block) => block.html)
    .join('')

describe('blocks', () => {
  test('say where in the text they begin', () => {
    expect(render('# a\n\nb\nb\n\n- c').blocks.map(({ line }) => line)).toEqual([0, 2, 5])
  })

  test('a line put in above leaves the HTML of those below as it was', () => {
    const text = '- [ ] one\n- [x] two\n\n# end'
    const before = render(text).blocks.map((block) => block.html)
    expect(render(`new\n\n${text}`).blocks.map((block) => block.html)).toEqual(['<p>new</p>\n', ...before])
  })

  test('a long list is divided, its numbers go on, and all of it is there', () => {
    const { blocks } = render(Array.from({ length: 200 }, (_, i) => `${i + 1}. item${i}`).join('\n'))
    expect(blocks.length).toBeGreaterThan(3)
    expect(blocks.map((block) => /^<ol.*?>/.exec(block.html)?.[0])).toEqual([
      '<ol class="goes-on">',
      '<ol start="61" class="goes-on">',
      '<ol start="121" class="goes-on">',
      '<ol start="181">',
    ])
    expect(blocks[1]?.line).toBe(60)
    expect(
      blocks
        .map((block) => block.html)
        .join('')
        .match(/<li>/g),
    ).toHaveLength(200)
  })

  test('a long table is divided, and all of it is there', () => {
    const { blocks } = render(`|a|b|\n|-|-|\n${'|c|d|\n'.repeat(200)}`)
    expect(blocks.length).toBeGreaterThan(3)
    for (const block of blocks.slice(0, -1)) expect(block.html).toMatch(/^<table class="goes-on">[\s\S]*<\/table>\s*$/)
    expect(blocks.at(-1)?.html).toMatch(/^<table>[\s\S]*<\/table>\s*$/)
    expect(
      blocks
        .map((block) => block.html)
        .join('')
        .match(/<tr>/g),
    ).toHaveLength(201)
  })

  test('a list of long items is divided before it is too long to be shown as a list', () => {
    const { blocks } = render(`- ${'word '.repeat(400)}\n`.repeat(60))
    expect(blocks.length).toBeGreaterThan(3)
    for (const block of blocks) expect(block.html).toMatch(/^<ul[ >]/)
  })

  test('the notes are one list at the end, and a list in parts when they are many', () => {
    const text = (count: number) =>
      Array.from({ length: count }, (_, i) => `a[^${i}]\n\n[^${i}]: note${i}\n\n    more`).join('\n\n')
    const few = render(text(3)).blocks
    expect(few.map((block) => block.html.slice(0, 10))).toEqual([
      '<p>a<sup c',
      '<p>a<sup c',
      '<p>a<sup c',
      '<section c',
    ])
    expect(few.at(-1)?.html).toMatch(/^<section class="footnotes"><ol><li .*<\/li>\s*<\/ol><\/section>$/s)
    const many = render(text(150)).blocks.slice(150)
    expect(many.map((block) => /^.*?<ol.*?>/.exec(block.html)?.[0])).toEqual([
      '<section class="footnotes goes-on"><ol>',
      '<section class="footnotes continued goes-on"><ol start="61">',
      '<section class="footnotes continued"><ol start="121">',
    ])
    for (const { html } of many) expect(html.match(/<li /g)?.length).toBe(html.match(/<\/li>\s*(?=<)/g)?.length)
    expect(many.flatMap(({ html }) => html.match(/<li /g) ?? [])).toHaveLength(150)
  })

  test('none is longer than its bound, and a text of any length ends', () => {
    for (const text of [
      'word '.repeat(100_000),
      `\`\`\`\n${'<'.repeat(200_000)}\n\`\`\``,
      `> ${'a\n> '.repeat(50_000)}`,
    ]) {
      for (const block of render(text).blocks)
        expect(block.html.length).toBeLessThanOrEqual(limits.previewBlockLengthMax)
    }
    const { isCut, blocks } = render('line\n\n'.repeat(limits.previewTextLengthMax / 4))
    expect(isCut).toBe(true)
    expect(blocks.length).toBeLessThanOrEqual(limits.previewTextLengthMax / 6 + 1)
  })
})

describe('headings', () => {
  test('are told in order with names of their own, of the document and not of quotes', () => {
    const { headings } = render('# A *b* `c`\n\n> # no\n\n## A b c\n\n# 写作\n\n# ')
    expect(headings.map(({ level, text, id, line }) => [level, text, id, line])).toEqual([
      [1, 'A b c', 'a-b-c', 0],
      [2, 'A b c', 'a-b-c-1', 4],
      [1, '写作', '写作', 6],
      [1, '', 'section', 8],
    ])
  })
})

describe('HTML', () => {
  test('only tags of ours are in it, whatever is written', () => {
    const ours =
      /^<\/?(?:a|blockquote|br|code|del|em|h[1-6]|hr|img|input|li|ol|p|pre|s|section|span|strong|sup|table|tbody|td|th|thead|tr|ul)(?:\s|\/?>)/
    for (const payload of hostileMarkdown) {
      for (const kind of ['page', 'file'] as const) {
        for (const [tag] of html(payload, kind).matchAll(/<[a-z/!?][^>]*>/gi)) {
          expect(tag, payload).toMatch(ours)
          expect(tag.replace(/"[^"]*"/g, '""'), payload).not.toMatch(/\son\w+\s*=|style|srcset|javascript:/i)
        }
      }
    }
  })

  test('no picture is fetched from anywhere: it becomes a link, one in the text itself stays', () => {
    expect(html('![a](https://example.org/a.png)')).not.toContain('<img')
    expect(html('![a](https://example.org/a.png)')).toContain('Image: a</a>')
    expect(html('![a](data:image/png;base64,AAAA)')).toContain('<img src="data:image/png;base64,AAAA" alt="a">')
    expect(html('![a](data:image/svg+xml;base64,AAAA)')).not.toContain('<img')
  })

  test('links within the text touch no address on the page, and work in a file', () => {
    expect(html('[a](#b)')).toContain('data-to="b"')
    expect(html('[a](#b)')).not.toContain('href')
    expect(html('[a](#b)', 'file')).toContain('<a href="#b">a</a>')
    expect(html('# b', 'file')).toContain('id="b"')
    expect(html('a[^1]\n\n[^1]: note')).not.toMatch(/href|\sid=/)
  })

  test('boxes are made of the marks of items only', () => {
    expect(html('- [x] a\n- [ ] b').match(/<input/g)).toHaveLength(2)
    expect(html('[x] a\n\n- [y] b\n\n- [x]c')).not.toContain('<input')
  })
})
