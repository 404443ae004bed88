import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The names of its files; the kernel ends a process when `limit` is not enough. */
interface Version {
  readonly folder: string
  readonly limit: string
  /** Swap besides, and what sockets hold: version 2 counts the latter as memory, version 1 only when it has a limit. */
  readonly others: Readonly<Record<string, string>>
  readonly used: string
  readonly peak: string
  readonly sockets: string | null
  readonly events: string
}

const ONE: Version = {
  folder: '/sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  others: { 'memory.kmem.tcp.limit_in_bytes': String(2 ** 40) },
  used: 'memory.usage_in_bytes',
  peak: 'memory.max_usage_in_bytes',
  sockets: 'memory.kmem.tcp.max_usage_in_bytes',
  events: 'memory.oom_control',
}
const TWO: Version = {
  folder: '/sys/fs/cgroup',
  limit: 'memory.max',
  others: { 'memory.swap.max': '0' },
  used: 'memory.current',
  peak: 'memory.peak',
  sockets: null,
  events: 'memory.events',
}

let made = 0

/**
 * A memory limit of the kernel's, as a container has: processes that need more are ended. It counts what they share with
 * others only if they were the first to use it, and files that the kernel keeps for them, which it gives up first.
 */
export class MemoryCgroup {
  readonly limitBytes: number
  readonly #version: Version
  readonly #folder: string

  /** Throws where this process may not make one. */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
    this.#version = existsSync(join(ONE.folder, ONE.limit)) ? ONE : TWO
    this.#folder = join(this.#version.folder, `tillgate-${process.pid}-${made++}`)
    mkdirSync(this.#folder)
    try {
      this.#write(this.#version.limit, String(limitBytes))
      for (const [file, text] of Object.entries(this.#version.others))
        if (existsSync(join(this.#folder, file))) this.#write(file, text)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** A command that becomes the one that follows, inside. */
  get wrapper(): string[] {
    return ['sh', '-c', `echo $$ > ${join(this.#folder, 'cgroup.procs')} && exec "$@"`, 'sh']
  }

  get usedBytes(): number {
    return Number(this.#read(this.#version.used))
  }

  /** The most since it was made. */
  get peakBytes(): number {
    return Number(this.#read(this.#version.peak))
  }

  /** The most that sockets held and that is not part of `peakBytes`. */
  get socketPeakBytes(): number {
    const { sockets } = this.#version
    return sockets === null ? 0 : Number(this.#read(sockets))
  }

  /** How many processes the kernel has ended because of the limit. */
  get killed(): number {
    return Number(/^oom_kill (\d+)/m.exec(this.#read(this.#version.events))?.[1])
  }

  /** When nothing runs in it any more. */
  remove(): void {
    rmdirSync(this.#folder)
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8')
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text)
  }
}

/** Why there can be no memory limit here, in a few words; `undefined` if there can. */
export function whyNoMemoryCgroup(): string | undefined {
  try {
    new MemoryCgroup(2 ** 30).remove()
    return undefined
  } catch (error) {
    return `no memory cgroup can be made here: ${(error as Error).message}`
  }
}
