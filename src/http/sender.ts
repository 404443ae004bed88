import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Sender, Senders } from '../admission/senders.ts'
import type { Principal } from '../auth/principal.ts'
import { clientAddress } from './client-address.ts'

/** Whom a connection belongs to: the sender of its latest request. */
interface Owner {
  /** The principal's name or the address as it is written. */
  id: string
  sender: Sender
}

const owners = new WeakMap<Socket, Owner>()

/**
 * Who sends a request, for the bounds of one sender: its principal, or its address where tokens are not asked for. The
 * connection counts as this sender's until another one uses it, as those of a load balancer do.
 */
export function senderOf(request: FastifyRequest, principal: Principal | null, senders: Senders): Sender {
  const { socket } = request.raw
  const owner = owners.get(socket)
  // A socket that is already closed has no address, and counts no more.
  const id = principal?.name ?? (request.ip as string | undefined) ?? owner?.id ?? ''
  if (owner !== undefined && owner.id === id) return owner.sender
  const sender = senders.named(principal === null ? clientAddress(request) : id)
  if (socket.closed) return sender
  sender.connections++
  if (owner === undefined) own(socket, { id, sender })
  else {
    owner.sender.connections--
    owner.id = id
    owner.sender = sender
  }
  return sender
}

/**
 * Counts connections from their first moment, where the address alone says whose they are, so that those that never
 * send a request count too. One too many is closed at once.
 */
export function boundConnections(server: Server, senders: Senders): void {
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection'
  server.on(event, (socket: Socket) => {
    const id = socket.remoteAddress ?? ''
    const sender = senders.named(clientAddress({ ip: id, socket }))
    sender.connections++
    own(socket, { id, sender })
    if (sender.hasTooManyConnections) socket.destroy()
  })
}

function own(socket: Socket, owner: Owner): void {
  owners.set(socket, owner)
  socket.once('close', () => {
    owner.sender.connections--
  })
}
