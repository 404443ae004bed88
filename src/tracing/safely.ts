import { diag } from '@opentelemetry/api'

/**
 * What `work` returns; `null` if it throws. The SDK, its samplers and processors may be anybody's code, and what they throw
 * must not reach an invoice.
 */
export function safely<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    diag.error('tillgate: the SDK for traces has thrown', error)
    return null
  }
}
