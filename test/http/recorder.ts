import type { FastifyBaseLogger } from 'fastify'

/** A logger that puts what is logged at `error` and above into `lines`, with its message. */
export function recorder(lines: Record<string, unknown>[], bindings: object = {}): FastifyBaseLogger {
  const noop = () => {}
  const note = (line: object, message: string) => void lines.push({ ...bindings, ...line, message })
  const logger = {
    ...{ level: 'error', trace: noop, debug: noop, info: noop, warn: noop, silent: noop, error: note, fatal: note },
    child: (more: object) => recorder(lines, { ...bindings, ...more }),
  }
  return logger as unknown as FastifyBaseLogger
}
