import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Arrivals } from '../admission/arrivals.ts'
import type { LiveLimit } from '../admission/live-limit.ts'
import type { Senders } from '../admission/senders.ts'
import type { Ingest } from '../ingest/invoice.ts'
import type { IngestUpload } from '../ingest/upload.ts'
import { ReceiptSchema } from '../invoice/receipt.ts'
import { InvoiceSchema } from '../invoice/schema.ts'
import type { JournalStateOf } from '../known/journal-state.ts'
import type { AdmissionRules } from './admission.ts'
import { answerConnects } from './client-error.ts'
import { allowOrigins } from './cors.ts'
import { cursorRoute } from './cursor-route.ts'
import { docsPage } from './docs-page.ts'
import { errorAnswers } from './error-answers.ts'
import type { Answer } from './exchange.ts'
import { healthRoutes } from './health-routes.ts'
import { invoiceRoutes } from './invoice-routes.ts'
import { collectOpenapi, openapiRoute } from './openapi.ts'
import { boundPages } from './page-bound.ts'
import { compileParameterCheck } from './parameter-check.ts'
import { boundPipelining } from './pipelining.ts'
import { ProblemSchema } from './problem-document.ts'
import { problemPages } from './problem-pages.ts'
import { checkRequest } from './request-check.ts'
import { boundConnections } from './sender.ts'
import { type ServerOptions, serverOptions } from './server-options.ts'
import { startPage } from './start-page.ts'
import { type TlsOptions, tlsOptions, watchTls } from './tls.ts'
import { topicDocuments } from './topic-documents.ts'
import type { UnreadAnswers } from './unread-answers.ts'
import { closeBehindUnreadBody } from './unread-body.ts'
import { type UploadBodyLimits, uploadRoute } from './upload-route.ts'

/** Everything the HTTP side needs from the rest of the process. */
export interface AppDeps {
  ingest: Ingest
  ingestUpload: IngestUpload
  /** What this instance knows of a journal, for its resume cursor. */
  journalStateOf: JournalStateOf
  /** Whether the instance takes invoices. Why not is for operators alone. */
  isReady: () => boolean
  /** True from the stop signal on: the instance is not ready, and every answer says `Connection: close`. */
  isDraining: () => boolean
  /** Whether new invoices are refused with 503 `draining`. Default: `isDraining`. */
  isRefusing?: (() => boolean) | undefined
  /** Who sends a request, by its token; `null`: tokens are not asked for. */
  authenticate: AdmissionRules['authenticate']
  /** What each sender takes. */
  senders: Senders
  onDenied?: AdmissionRules['onDenied']
  /** Reserves buffer bytes for an invoice, before its body is read. */
  admit: AdmissionRules['admit']
  /** The invoices whose body arrives. */
  arrivals: Arrivals
  /** Bounds the live invoices in flight. */
  liveLimit: Pick<LiveLimit, 'enter' | 'refusal'>
  /** Whether an upload that arrives now would be read soon. */
  hasReader: (sender: string) => boolean
  /** Whether a large invoice that arrives now would be validated soon. */
  hasInvoiceReader: (sender: string) => boolean
  /** The same as `admit` for an upload, from the part of the buffer that uploads may use. */
  admitUpload: AdmissionRules['admit']
  /** The uploads whose body arrives. */
  uploadArrivals: Arrivals
  /** Bounds what answers hold while nobody reads them. */
  unreadAnswers: UnreadAnswers
  /** Begins the span of an invoice request. Default: nothing is traced. */
  startSpan?: AdmissionRules['startSpan']
  /** Called once for each answer to an invoice request or one for a cursor, for counters and per-class logs. It never gets values. */
  onAnswer: (answer: Answer) => void
}

export interface AppOptions extends ServerOptions, UploadBodyLimits {
  /** More connections than this are closed at once. Default: unlimited. */
  maxConnections?: number | undefined
  /** Larger single invoices are validated by a worker thread. */
  invoiceInlineBytes: number
  /** Origins of pages that may read the answers. Default: none. */
  corsOrigins?: readonly string[] | undefined
  /** Whether this app serves `/docs`. Default: no. */
  docs?: boolean | undefined
}

/**
 * The HTTP application, ready to listen or to inject requests into. It takes invoices and serves health, the
 * contract's documents and pages for people. Nothing that it answers is for operators alone. Listen on an address: for the name
 * `localhost` Fastify would open a second server without these settings. The caller closes it.
 */
export async function buildApp(deps: AppDeps, options: AppOptions): Promise<FastifyInstance> {
  const { isDraining, onAnswer } = deps
  const stamp = (reply: FastifyReply) => {
    reply.header('x-content-type-options', 'nosniff')
    if (isDraining()) reply.header('connection', 'close')
  }
  const settings = serverOptions(options, stamp, deps.senders)
  const app = await createServer(settings, options.tls)
  if (options.maxConnections !== undefined) app.server.maxConnections = options.maxConnections
  allowHalfOpen(app.server)
  boundPipelining(app)
  deps.unreadAnswers.watch(app.server)
  // A proxy's connections are not those of one client, and a token is only seen in a request.
  const isDirect = (options.trustedProxies ?? []).length === 0
  if (deps.authenticate === null && isDirect) boundConnections(app.server, deps.senders)
  answerConnects(app.server, settings.genReqId)

  app.decorateRequest('exchange', null)
  app.removeAllContentTypeParsers()
  app.setValidatorCompiler(compileParameterCheck)
  for (const schema of [InvoiceSchema, ReceiptSchema, ProblemSchema]) app.addSchema(schema)

  app.addHook('onRequest', checkRequest)
  app.addHook('onRequest', closeBehindUnreadBody)
  allowOrigins(app, options.corsOrigins ?? [], deps.senders)
  app.addHook('onSend', (_request, reply, _payload, done) => {
    stamp(reply)
    done()
  })
  app.addHook('onClose', () => {
    deps.arrivals.stop()
    deps.uploadArrivals.stop()
  })
  errorAnswers(app, deps)

  await collectOpenapi(app)
  app.register((invoices, _options, done) => {
    invoiceRoutes(invoices, {
      ingest: deps.ingest,
      authenticate: deps.authenticate,
      senders: deps.senders,
      onDenied: deps.onDenied,
      isRefusing: deps.isRefusing ?? isDraining,
      startSpan: deps.startSpan,
      noPlace: () => deps.liveLimit.refusal(),
      enter: () => deps.liveLimit.enter(),
      admit: deps.admit,
      hasInvoiceReader: deps.hasInvoiceReader,
      arrivals: deps.arrivals,
      maxInvoiceBytes: options.maxInvoiceBytes,
      invoiceInlineBytes: options.invoiceInlineBytes,
      onAnswer,
    })
    done()
  })
  app.register((uploads, _options, done) => {
    uploadRoute(uploads, { ...deps, isRefusing: deps.isRefusing ?? isDraining }, options)
    done()
  })
  app.register((cursors, _options, done) => {
    cursorRoute(cursors, deps)
    done()
  })
  const docs = options.docs ?? false
  app.register((pages, _options, done) => {
    boundPages(pages, deps.senders)
    startPage(pages, docs)
    problemPages(pages)
    openapiRoute(pages)
    topicDocuments(pages)
    done()
  })
  healthRoutes(app, () => deps.isReady() && !isDraining(), deps.senders)
  if (docs) await docsPage(app, { tryItOut: true })
  await app.ready()
  return app
}

async function createServer(
  settings: ReturnType<typeof serverOptions>,
  tls: TlsOptions | undefined,
): Promise<FastifyInstance> {
  if (tls === undefined) return fastify(settings)
  const { http } = settings
  const app = fastify({ ...settings, https: { ...http, ...(await tlsOptions(tls, http.headersTimeout)) } })
  const stopWatching = await watchTls(app.server, tls)
  app.addHook('onClose', async () => stopWatching())
  return app as unknown as FastifyInstance
}

/**
 * A client may shut its sending side behind its last request and still wait for the answers, as `nc` and some embedded
 * HTTP clients do. Without this, Node shuts the connection before the answer. Node has the property without documenting
 * it (`lib/_http_server.js`, `socketOnEnd`).
 */
function allowHalfOpen(server: FastifyInstance['server'] & { httpAllowHalfOpen?: boolean }): void {
  server.httpAllowHalfOpen = true
}
