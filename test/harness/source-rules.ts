// Reads source files as text and finds what test/architecture.test.ts forbids. It knows TypeScript's tokens, not its grammar:
// strings, comments and regular expressions are masked, and the rest is matched. It names no file of the product.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'

/** `path` is from the root of the checkout, with `/`. */
export type Source = { path: string; text: string }

/** All files with one of these endings under the folders, sorted by path. */
export function readSources(root: string, folders: string[], endings: RegExp): Source[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && endings.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${sep}node_modules${sep}`))
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

const regexBefore = /(?:^|[(,=:[!&|?{};+\-*%~^>]|\b(?:return|typeof|case|in|of|throw|await|yield))\s*$/

/** The text with what stands in strings, comments and regular expressions replaced by `_`, at the same offsets. */
function maskSource(text: string): string {
  const masked = text.split('')
  /** `{` of template substitutions that are open: how deep the braces were. */
  const templates: number[] = []
  let depth = 0
  let i = 0
  const blank = (from: number, to: number) => {
    for (let k = from; k < to && k < masked.length; k++) if (masked[k] !== '\n') masked[k] = '_'
  }
  const template = (from: number) => {
    let k = from
    while (k < text.length && text[k] !== '`' && !text.startsWith('${', k)) k += text[k] === '\\' ? 2 : 1
    blank(from, k)
    if (text[k] === '$') {
      templates.push(depth++)
      return k + 2
    }
    return k + 1
  }
  while (i < text.length) {
    const char = text[i]!
    if (text.startsWith('//', i)) {
      const end = lineEnd(text, i)
      blank(i, end)
      i = end
    } else if (text.startsWith('/*', i)) {
      const end = text.indexOf('*/', i + 2) === -1 ? text.length : text.indexOf('*/', i + 2) + 2
      blank(i, end)
      i = end
    } else if (char === "'" || char === '"') {
      let k = i + 1
      while (k < text.length && text[k] !== char && text[k] !== '\n') k += text[k] === '\\' ? 2 : 1
      blank(i + 1, k)
      i = k + 1
    } else if (char === '`') {
      i = template(i + 1)
    } else if (char === '/' && text[i + 1] !== '>' && regexBefore.test(text.slice(Math.max(0, i - 60), i))) {
      const end = regexEnd(text, i)
      blank(i + 1, end)
      i = end + 1
    } else {
      if (char === '{') depth++
      if (char === '}') depth--
      i++
      if (char === '}' && templates.at(-1) === depth) {
        templates.pop()
        i = template(i)
      }
    }
  }
  return masked.join('')
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** Offset of the closing slash; the end of the line when there is none. */
function regexEnd(text: string, from: number): number {
  let isInClass = false
  for (let k = from + 1; k < text.length && text[k] !== '\n'; k++) {
    if (text[k] === '\\') k++
    else if (text[k] === '[') isInClass = true
    else if (text[k] === ']') isInClass = false
    else if (text[k] === '/' && !isInClass) return k
  }
  return lineEnd(text, from)
}

/** The masked text with everything inside of braces, brackets and parentheses blanked: only top-level code is left. */
function topLevel(masked: string): string {
  let depth = 0
  return masked.replace(/[\s\S]/g, (char) => {
    if ('([{'.includes(char)) return depth++ === 0 ? char : ' '
    if (')]}'.includes(char)) return --depth === 0 ? char : ' '
    return depth === 0 || char === '\n' ? char : '.'
  })
}

/** Everything a file imports, types included: paths of the checkout for relative ones, else what was written. */
export function importsOf(source: Source): string[] {
  const masked = maskSource(source.text)
  const found: string[] = []
  for (const match of masked.matchAll(/\bfrom\s*(['"])_*\1|\bimport\s*\(?\s*(['"`])_*\2/g)) {
    const quote = match[1] ?? match[2]!
    const start = match.index + match[0].indexOf(quote) + 1
    const name = source.text.slice(start, match.index + match[0].length - 1)
    found.push(name.startsWith('.') ? posix.join(posix.dirname(source.path), name).replace(/\?.*$/, '') : name)
  }
  return found
}

/** `express` of `express/lib/router`, `@scope/name` of `@scope/name/part`. */
export function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

/** The circles of the import graph, each as the paths along it with the first one again at the end. */
export function importCircles(sources: Source[]): string[][] {
  const graph = new Map(sources.map((source) => [source.path, importsOf(source)]))
  const done = new Set<string>()
  const circles: string[][] = []
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path)
    if (start !== -1) circles.push([...trail.slice(start), path])
    if (start !== -1 || done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return circles
}

/** Declarations at the top level that can change while the program runs. */
export function mutableState(text: string): string[] {
  const top = topLevel(maskSource(text))
  const found = [...top.matchAll(/^(?:export\s+)?(?:let|var)\s+\w+/gm)].map(([match]) => match)
  for (const match of top.matchAll(/^(?:export\s+)?const\s+(\w+)\s*(?::([^=]*?))?=\s*(new\s+\w+|\[\s*\]|\{\s*\})/gm)) {
    const [, name, type = '', value = ''] = match
    const makesCollection = /^new\s+(Map|Set|WeakMap|WeakSet|Array)$/.test(value) || !value.startsWith('new')
    if (makesCollection && !/\b(ReadonlyMap|ReadonlySet|ReadonlyArray|Readonly|readonly)\b/.test(type)) {
      found.push(`const ${name} = ${value}`)
    }
  }
  return found
}

const anyType = /(?:[:<,|&=]\s*|\bas\s+|\bextends\s+)any\b(?=\s*(?:[,;)>|&=[\]{}]|$))/gm

/** Uses of the type `any`. */
export function anyTypes(text: string): string[] {
  return [...maskSource(text).matchAll(anyType)].map(([match]) => match)
}

const leftOut =
  /\b(?:describe|it|test|suite|bench)(?:\.\w+)*\.(?:skip|only|todo|fails|skipIf|runIf)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\s*\(|\b(?:context|ctx|task)\.skip\s*\(/g

/** Tests that are left out, alone, or expected to fail. */
export function leftOutTests(text: string): string[] {
  return [...maskSource(text).matchAll(leftOut)].map(([match]) => match)
}

/** Waits for a time. */
export function sleeps(text: string): string[] {
  return [...maskSource(text).matchAll(/\b(?:setTimeout|setInterval|waitForTimeout)\s*\(/g)].map(([match]) => match)
}

/** Yjs functions and events for its second update format. */
export function secondFormat(text: string): string[] {
  const code = [...maskSource(text).matchAll(/\b[a-z]\w*V2\b/g)].map(([match]) => match)
  const events = [...text.matchAll(/(['"])updateV2\1/g)].map(([match]) => match)
  return [...code, ...events]
}

const platformGlobal =
  /(?<![.\w])(?:document\.(?:createElement|getElementById|querySelector\w*|addEventListener|body|head|title|cookie|hidden|visibilityState|documentElement|activeElement)\b|(?:window|localStorage|sessionStorage|location|history|navigator)\s*(?:\.|\[)|Buffer\s*\.|process\s*\.|HTML\w*Element\b)/g

/**
 * Globals that only a page or only Node has, unless the file asks with `typeof` whether they are there. `document` counts
 * with what only a DOM document has: ours have the name too.
 */
export function platformGlobals(text: string): string[] {
  const masked = maskSource(text)
  const isAsked = (use: string) => new RegExp(`\\btypeof\\s+${/^\w+/.exec(use)?.[0]}\\b`).test(masked)
  return [...masked.matchAll(platformGlobal)].map(([match]) => match).filter((use) => !isAsked(use))
}

/** Imports whose target cannot be read from the source. */
export function computedImports(text: string): string[] {
  const masked = maskSource(text)
  return [...masked.matchAll(/(?<![.\w])import\s*\(\s*([^'"`\s)]+|`[^`]*\$\{)/g)].map(([match]) => match)
}
