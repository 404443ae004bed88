import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { escapeHtml } from '../escape-html.ts'

const MARK = /`([^`]+)`|\[([^\]]+)\]\((\/[^)\s]*)\)/g

/**
 * A text as HTML, with the two marks of Markdown that our texts use: `code` and [links](/on-this-server). Everything
 * else is escaped.
 */
export function textToHtml(text: string): string {
  return escapeHtml(text).replace(MARK, (_mark, code, label, href) =>
    code === undefined ? `<a href="${href}">${label}</a>` : `<code>${code}</code>`,
  )
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font-family: ui-monospace, monospace }
pre { padding: 1rem; border: 1px solid; white-space: pre-wrap; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
nav a { margin-right: 1rem }
th, td { border-bottom: 1px solid; padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top }
@media (max-width: 36rem) { table { font-size: .75rem } }
`

export const ICON_TYPE = 'image/svg+xml'

/** What a browser shows on the tab of our pages: a receipt. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#1a6b4a" d="M3 1h10v14l-2-2-1.5 2L8 13l-1.5 2L5 ' +
  '13l-2 2z"/><path stroke="#fff" d="M5 4.5h6M5 7h6M5 9.5h3"/></svg>'

/** For documents of `page`: they load and run nothing, nobody may frame them, and a hash allows their one style. */
const PAGE_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  'img-src data:',
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A whole HTML document. `title` is plain text; `content` is HTML that is escaped already. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:${ICON_TYPE};base64,${Buffer.from(ICON).toString('base64')}">
<style>${STYLE}</style>
</head>
<body>
<nav><a href="/">Tillgate</a> <a href="/problems">Problems</a></nav>
<h1>${escapeHtml(title)}</h1>
${content}
</body>
</html>
`
}

/** Answers with a document of `page`. */
export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_CONTENT_SECURITY_POLICY)
    .send(html)
}
