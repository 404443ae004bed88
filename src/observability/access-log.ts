import type { Logger } from 'pino'

/** What is logged of a token: never the token. */
export interface LoggedToken {
  readonly name: string
  readonly tokenId: string
}

export interface LoggedDenial {
  readonly reason: string
  /** Where the request came from; undefined if it is not known any more. */
  readonly address?: string | undefined
  readonly token?: LoggedToken | undefined
  readonly storeId?: string
  readonly terminalId?: string
}

/** The same denial of the same sender is logged once in this time. */
const INTERVAL_MS = 60_000
/** Denials and uses of all senders: so many lines in the same time. At 250 bytes a line, 100 MB a day at most. */
const MAX_DENIALS = 120
const MAX_USES = 120
/** Besides, what a start of all tills may log of first uses. */
const FIRST_USES = 10_000

/**
 * Logs who used a token first, and who was denied. A line for each is what an investigation needs; but whoever floods
 * the gateway must not fill the disk, so lines are bounded. What got no line is counted, and told once a minute.
 */
export class AccessLog {
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  readonly #denied = new Set<string>()
  readonly #more = { denials: 0, uses: 0 }
  #uses = 0
  #spareUses = FIRST_USES

  constructor(logger: Logger) {
    this.#logger = logger
    this.#timer = setInterval(() => this.flush(), INTERVAL_MS)
  }

  /** A token or certificate was seen for the first time, or again after it was forgotten. */
  used({ name, tokenId }: LoggedToken, address: string, by: 'token' | 'certificate'): void {
    if (this.#uses >= MAX_USES && this.#spareUses === 0) {
      this.#more.uses++
      return
    }
    if (this.#uses < MAX_USES) this.#uses++
    else this.#spareUses--
    this.#logger.info({ name, tokenId, address }, `${by} used`)
  }

  denied({ reason, address, token, storeId, terminalId }: LoggedDenial): void {
    const sender = `${reason} ${token?.name ?? address}`
    if (this.#denied.has(sender) || this.#denied.size >= MAX_DENIALS) {
      this.#more.denials++
      return
    }
    this.#denied.add(sender)
    const { name, tokenId } = token ?? {}
    this.#logger.warn({ reason, address, name, tokenId, storeId, terminalId }, 'access denied')
  }

  /** Begins the next minute. */
  flush(): void {
    const { denials, uses } = this.#more
    if (denials > 0 || uses > 0) this.#logger.warn({ denials, uses }, 'more was denied or used than has a line')
    this.#more.denials = 0
    this.#more.uses = 0
    this.#uses = 0
    this.#denied.clear()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.flush()
  }
}
