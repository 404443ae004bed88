import { createHash } from 'node:crypto'
import { escapeHtml } from '../../escape-html.ts'
import { CHART_STYLE } from './chart.ts'

/** One part of a report, below a heading of its own. */
export interface Section {
  readonly heading: string
  /** Said below the heading. */
  readonly note?: string
  /** HTML that is escaped already. */
  readonly content: string
}

export interface ReportPage {
  readonly title: string
  /** The result, in one sentence or two. */
  readonly verdict: string
  readonly isGood: boolean
  readonly sections: readonly Section[]
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h2 { margin: 2rem 0 .25rem; font-size: 1.15rem }
.verdict { padding: .75rem 1rem; border-left: .4rem solid #c0392b; font-size: 1.15rem; background: #c0392b22 }
.verdict.good { border-color: #2e8b57; background: #2e8b5722 }
.note { margin: 0 0 .5rem; opacity: .8 }
.wide { overflow-x: auto; overflow-wrap: normal }
.wide > svg { min-width: 40rem; width: 100%; height: auto; display: block }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid #8886; padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top }
td.right, th.right { text-align: right }
@media print { .wide { overflow: visible } .wide > svg { min-width: 0 } }
${CHART_STYLE}`

/** The file runs nothing, loads nothing, and has the one style that the hash allows. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

/** A report as one HTML document that needs no other file. */
export function reportPage({ title, verdict, isGood, sections }: ReportPage): string {
  const parts = sections.map(({ heading, note, content }) => {
    const said = note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>\n`
    return `<section>\n<h2>${escapeHtml(heading)}</h2>\n${said}<div class="wide">${content}</div>\n</section>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="verdict${isGood ? ' good' : ''}">${escapeHtml(verdict)}</p>
${parts.join('\n')}
</body>
</html>
`
}

/** Rows of text as a table. Columns from `rightFrom` on are figures. `heads`: titles of the columns. */
export function htmlTable(rows: readonly (readonly string[])[], { heads, rightFrom = 1 }: TableForm = {}): string {
  const row = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell, i) => `<${tag}${i >= rightFrom ? ' class="right"' : ''}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const head = heads === undefined ? '' : `<thead>${row(heads, 'th')}</thead>`
  return `<table>${head}<tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table>`
}

interface TableForm {
  readonly heads?: readonly string[]
  readonly rightFrom?: number
}
