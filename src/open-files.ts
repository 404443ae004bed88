/** For brokers, files, pipes and threads. */
const OTHER_FILES = 256

interface Report {
  readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } }
}

interface Limits {
  readonly MAX_CONNECTIONS: number
  readonly ADMIN_MAX_CONNECTIONS: number
}

/**
 * How many connections of tills are taken: `MAX_CONNECTIONS`, or fewer if the process may have only `openFiles` files
 * open. Tills that took all of them would leave none to the operator and to the brokers.
 */
export function connectionsWithin(openFiles: number, { MAX_CONNECTIONS, ADMIN_MAX_CONNECTIONS }: Limits): number {
  const others = Math.min(ADMIN_MAX_CONNECTIONS + OTHER_FILES, Math.ceil(openFiles / 2))
  return Math.min(MAX_CONNECTIONS, openFiles - others)
}

/** How many files and connections this process may have open; infinite where there is no limit. Takes 10 ms. */
export function openFilesLimit(): number {
  const { report } = process as { report: { excludeNetwork?: boolean; getReport(): Report } }
  report.excludeNetwork = true // looks up no names; Node's types lack it
  const { userLimits } = report.getReport()
  const limit = Number(userLimits?.open_files?.soft)
  return Number.isFinite(limit) ? limit : Number.POSITIVE_INFINITY
}
