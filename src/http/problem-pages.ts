import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { type Fault, PROBLEMS, Problem, type ProblemSlug, TILL_RULE, tillOf } from '../errors.ts'
import { escapeHtml } from '../escape-html.ts'
import { page, sendPage, textToHtml } from './html.ts'
import { problemDocument } from './problem-document.ts'
import { exampleOf, PROBLEM_TEXTS } from './problem-texts.ts'
import { htmlExample, problemResponses, response } from './responses.ts'

const SLUGS = Object.keys(PROBLEMS) as ProblemSlug[]

/** `/problems` and `/problems/{slug}`: the pages that the `type` of a problem points to. */
export function problemPages(instance: FastifyInstance): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()

  app.get('/problems', { schema: listSchema }, (_request, reply) => sendPage(reply, listPage()))

  app.get('/problems/:slug', { schema: pageSchema }, (request, reply) => {
    const slug = SLUGS.find((known) => known === request.params.slug)
    if (slug === undefined) throw new Problem('not-found', 'There is no problem with this name.')
    return sendPage(reply, problemPage(slug))
  })
}

const RULE = `<p>The rule for tills: ${textToHtml(TILL_RULE)}</p>`

const ACTIONS: Readonly<Record<Fault, string>> = {
  document: 'Puts the invoice aside and alerts somebody: sending the same bytes again gets the same answer.',
  request:
    'Keeps the invoice and alerts somebody. Nothing is wrong with it: it is taken as soon as it is sent correctly.',
  passing: 'Keeps the invoice and sends the same bytes again, not before Retry-After.',
}

const OUTCOMES = {
  rejected: 'The invoice is definitely not in Kafka.',
  unknown: 'The invoice may be in Kafka. Sending the same bytes again is safe.',
}

function listPage(): string {
  const rows = SLUGS.map((slug) => {
    const { status, title, outcome } = PROBLEMS[slug]
    const link = `<a href="/problems/${escapeHtml(slug)}"><code>${escapeHtml(slug)}</code></a>`
    return `<tr><td>${link}</td><td>${status}</td><td>${escapeHtml(title)}</td><td>${outcome}</td><td>${tillOf(slug)}</td></tr>`
  })
  const head = '<tr><th>Problem</th><th>Status</th><th>Title</th><th>Outcome</th><th>Till</th></tr>'
  return page('Problems', `${RULE}\n<table>\n${head}\n${rows.join('\n')}\n</table>`)
}

function problemPage(slug: ProblemSlug): string {
  const { status, fault, title, outcome } = PROBLEMS[slug]
  const { meaning, remedy } = PROBLEM_TEXTS[slug]
  const example = JSON.stringify(problemDocument(exampleOf(slug)), null, 2)
  return page(
    `${status} ${title}`,
    [
      `<p><code>${escapeHtml(slug)}</code>: ${textToHtml(meaning)}</p>`,
      `<h2>What is known about the invoice</h2>\n<p><code>${outcome}</code>: ${textToHtml(OUTCOMES[outcome])}</p>`,
      `<h2>What the till does</h2>\n<p><code>${tillOf(slug)}</code>: ${textToHtml(ACTIONS[fault])}</p>\n${RULE}`,
      `<h2>What you do</h2>\n<p>${textToHtml(remedy)}</p>`,
      `<h2>Example</h2>\n<pre>${escapeHtml(example)}</pre>`,
    ].join('\n'),
  )
}

const listSchema = {
  tags: ['problems'],
  operationId: 'listProblems',
  summary: 'Every problem',
  response: {
    200: response('A page for people.', 'text/html', Type.String(), {
      examples: { problemList: { value: htmlExample('Problems') } },
    }),
    ...problemResponses(['sender-limit']),
  },
}

const pageSchema = {
  tags: ['problems'],
  operationId: 'getProblem',
  summary: 'What a problem means',
  params: Type.Object({ slug: Type.String({ maxLength: 64 }) }),
  response: {
    200: response('A page for people.', 'text/html', Type.String(), {
      examples: { problemPage: { value: htmlExample(`422 ${PROBLEMS['invalid-invoice'].title}`) } },
    }),
    ...problemResponses(['bad-request', 'not-found', 'sender-limit']),
  },
}
