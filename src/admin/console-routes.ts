import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Console, TooMany } from '../console/console.ts'
import type { PageOf } from '../console/stores.ts'
import type { Stream } from '../console/viewers.ts'
import { ICON, ICON_TYPE } from '../http/html.ts'
import { consoleFiles, PAGE_FOLDER } from './console-files.ts'
import { isOwnHost } from './own-host.ts'

/** Everything is a file of this server; the page runs nothing else and sends nothing elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const STREAM_HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}
const [MAX_LIMIT, DEFAULT_LIMIT] = [100, 25] as const

interface Names {
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly number: string
}

/** `/console`: the page, its files, its events and its searches. `names`: as for `isOwnHost`. */
export async function consoleRoutes(app: FastifyInstance, shown: Console, names: readonly string[]): Promise<void> {
  await app.register(async (room) => {
    await room.register(fastifyStatic, { root: PAGE_FOLDER, serve: false, cacheControl: false })
    room.addHook('onRequest', (request, reply, done) => {
      if (isOwnHost(request.headers.host, names)) done()
      else reply.code(421).send({ error: `Set ADMIN_NAMES to open the console as ${request.hostname}.` })
    })
    room.addHook('onSend', (_request, reply, _payload, done) => {
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY).header('referrer-policy', 'no-referrer')
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
      done()
    })
    room.get('/console', (_request, reply) => reply.sendFile('index.html'))
    room.get('/console/icon.svg', (_request, reply) => reply.header('content-type', ICON_TYPE).send(ICON))
    for (const { path, folder, name } of consoleFiles())
      room.get(`/console/${path}`, (_request, reply) => reply.sendFile(name, folder))
    searchRoutes(room, shown)
  })
}

function searchRoutes(room: FastifyInstance, shown: Console): void {
  const options = { onRequest: refuseOtherSites }
  // The answer to HEAD would never end.
  room.get('/console/events', { ...options, exposeHeadRoute: false }, (request, reply) => {
    if (!shown.hasRoom) return reply.code(503).send({ error: 'As many as may watch do so already.' })
    reply.hijack()
    reply.raw.writeHead(200, STREAM_HEAD)
    shown.show(streamOf(request, reply))
    return reply
  })
  room.get<{ Querystring: Record<string, string> }>('/console/stores', options, (request, reply) =>
    answer(reply, () => shown.findStores(request.query.q ?? '', pageOf(request.query))),
  )
  room.get<{ Params: Names; Querystring: Record<string, string> }>(
    '/console/stores/:storeId',
    options,
    (request, reply) => answer(reply, () => shown.storePage(request.params.storeId, pageOf(request.query))),
  )
  room.get<{ Params: Names }>(
    '/console/stores/:storeId/terminals/:terminalId/journals/:journalId/invoices/:number',
    options,
    ({ params }, reply) => {
      const sequenceNumber = /^\d{1,12}$/.test(params.number) ? Number(params.number) : 0
      if (sequenceNumber === 0) return reply.code(400).send({ error: 'A sequence number is a whole number from 1 on.' })
      const { storeId, terminalId, journalId } = params
      return answer(reply, () => shown.invoice({ storeId, terminalId, journalId, sequenceNumber }))
    },
  )
}

/** A page of another site could not read the answers, but it could take the places of viewers. */
function refuseOtherSites(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') done()
  else reply.code(403).send({ error: 'This is for the console’s own page.' })
}

/** `find` resolves with null where the gateway does not follow `.journals`. */
async function answer(reply: FastifyReply, find: () => Promise<object | null>): Promise<FastifyReply> {
  try {
    const found = await find()
    reply.header('cache-control', 'no-store')
    return found === null
      ? reply.code(404).send({ error: 'This gateway does not follow .journals.' })
      : reply.send(found)
  } catch (error) {
    if (!(error instanceof TooMany)) throw error
    return reply.code(503).send({ error: 'Too many searches at the same time. Try again.' })
  }
}

function pageOf({ after = '', limit }: Readonly<Record<string, string>>): PageOf {
  const asked = Number(limit ?? DEFAULT_LIMIT)
  return { after, limit: Number.isInteger(asked) && asked >= 1 ? Math.min(asked, MAX_LIMIT) : DEFAULT_LIMIT }
}

function streamOf({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): Stream {
  return {
    write: (text) => raw.write(text),
    end: () => raw.end(),
    destroy: () => raw.destroy(),
    unreadBytes: () => raw.writableLength + socket.writableLength,
    onClose: (done) => raw.once('close', done),
  }
}
