// Names, titles, chat lines and file names that want to be more than words: scripts, styles that escape, letters that hide
// or turn others round, words that programs take for something else. Whoever runs one calls `hit`; see hostile-markdown.
import { hostileMarkdown } from './hostile-markdown.ts'

const js = "window.hit('ran')"
const far = 'https://example.org/'

const markup = [
  `"><script>${js}</script>`,
  `'><img src=x onerror=${js}>`,
  `" autofocus onfocus="${js}" x="`,
  `' style='position:fixed;inset:0' x='`,
  `</title><script>${js}</script>`,
  `</textarea><img src=x onerror=${js}>`,
  `</option></select><img src=x onerror=${js}>`,
  `<bdo dir=rtl>reversed`,
  `{{constructor.constructor("${js}")()}}`,
  `\${${js}}`,
  `<%= ${js} %>`,
  `&lt;script&gt;${js}&lt;/script&gt;`,
  `\\u003cscript\\u003e${js}\\u003c/script\\u003e`,
  `<x onclick=${js}>press`,
  `<dialog open>No</dialog>`,
  `<link rel=stylesheet href=${far}n.css>`,
]

const styles = [
  `;background:url(${far}n.png)`,
  `}body{display:none}`,
  `red;position:fixed;inset:0;z-index:99999`,
  `expression(${js})`,
  `url(javascript:${js})`,
  `@import "${far}m.css";`,
  `/*`,
  `*/}*{all:unset}`,
  `var(--accent)`,
  `hue-0 unseen`,
  `attr(data-tip)`,
  `\\3c script\\3e`,
]

const letters = [
  'safe\u202Egpj.exe',
  '\u202Dforward \u202Eback\u202C \u202C',
  '\u2066\u2067\u2068no end',
  '\u200Ea\u200Fb\u061Cc',
  'zero\u200Bwidth\u200Cand\u200Djoined\u2060and\uFEFFmarked',
  '\u0000\u0007\u001B[31mred\u009B0m',
  '\u2028a\u2029b\u0085c',
  'tag\u{E0041}\u{E0042}\u{E007F}ged',
  '\uFFF9ruby\uFFFAtext\uFFFB',
  `z${'\u0301\u0335\u0489'.repeat(3_400)}`,
  `${'a\u0301\u0302\u0303\u0304\u0305'.repeat(60)}`,
  '\u0E49'.repeat(300),
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}'.repeat(60),
  '\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
  '\uD800 alone \uDC00',
  '\u{1D573}\u{1D58A}\u{1D591}\u{1D591}\u{1D594}',
  '\uFDFD'.repeat(150),
  '\u3164\u115F\u2800',
  'мarеn hоlt',
  'שלום (עולם) [abc] \u0661\u0662',
  'مرحبا!'.repeat(30),
  '\u0627\u0644\u0644\u0651\u0670\u0647',
  'ﷺ'.repeat(150),
  'M'.repeat(2_000),
  `${'wide '.repeat(300)}`,
  '\u1B05\u1B06'.repeat(400),
]

const words = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'undefined',
  'null',
  'NaN',
  '[object Object]',
  '-1',
  '1e1000',
  '../../etc/passwd',
  '..\\..\\windows\\win.ini',
  'CON.txt',
  'a:b*c?d"e<f>g|h',
  '%00%0d%0aSet-Cookie:%20a=b',
  '%s%n%x',
  "'; DROP TABLE documents; --",
  '$(reboot)',
  '`reboot`',
  '@everybody @here @',
  ' (you)',
  'Everybody',
  'Saved',
  `mailto:a@example.org?subject=${js}`,
  `javascript:${js}//`,
  `${far}?a=b#${js}`,
  `data:text/html,<script>${js}</script>`,
  `blob:${far}x`,
  `xn--${'a'.repeat(60)}.example`,
]

/** Each is tried as a name, a title, a chat line and a file's name. */
export const hostileLines: readonly string[] = [
  ...markup,
  ...styles,
  ...letters,
  ...words,
  ...hostileMarkdown.filter((text) => !text.includes('\n') && text.startsWith('<')),
]
